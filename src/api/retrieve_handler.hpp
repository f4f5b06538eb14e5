// GET and HEAD /retrieve/{fileId}.
#pragma once

#include "api/context.hpp"
#include "api/metrics.hpp"
#include "api/parameters.hpp"
#include "api/retrieve_plan.hpp"

namespace mycostr::api {

/// Loop thread only. References outlive it.
class RetrieveHandler {
 public:
  RetrieveHandler(ApiContext& context, Metrics& metrics) : context_(context), metrics_(metrics) {}

  /// Sends the answer itself where there is no refusal; what fails after the head cuts the connection.
  Task<Outcome<void>> handle(HttpRequest& request, HttpResponder& responder, std::string id,
                             Parameters parameters);

 private:
  using Piece = std::expected<std::optional<Buffer>, files::ReadFailure>;
  /// The next piece, or nothing where it did not come within `limit`.
  Task<std::optional<Piece>> next_within(files::FileReader& reader, Duration limit);
  Task<Outcome<void>> send_range(HttpResponder& responder, files::FileInfo file, files::Form form,
                                 RetrievePlan plan, Duration timeout, SteadyTime started);
  Task<Outcome<void>> send_pieces(HttpResponder& responder, files::FileReader& reader, HttpResponseHead head,
                                  Duration timeout, SteadyTime started);

  ApiContext& context_;
  Metrics& metrics_;
};

}  // namespace mycostr::api
