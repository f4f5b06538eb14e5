// Bodies of requests: small JSON ones, and files.
#pragma once

#include "api/metrics.hpp"
#include "api/parameters.hpp"
#include "files/store_service.hpp"
#include "mycostr/clock.hpp"

namespace mycostr::api {

/// What a failed HttpRequest::read_body means for the answer.
ApiError body_error(const Error& error);

/// The whole body. Refusals: body_too_large (at once where Content-Length says so), and those of
/// body_error().
Task<Outcome<std::string>> read_small_body(HttpRequest& request, std::uint64_t max_bytes);

/// Options of a GET: of `query` and, where there is a body, of the JSON object in it.
Task<Outcome<Parameters>> read_get_parameters(HttpRequest& request, std::string_view query,
                                              std::uint64_t max_bytes);

/// A file on its way in. Knows better than the Error it gives what the client is to be told.
class UploadSource : public files::ByteSource {
 public:
  /// Why reading failed; nothing where it did not.
  const std::optional<ApiError>& problem() const { return problem_; }

 protected:
  std::unexpected<Error> fail_with(ApiError problem);

 private:
  std::optional<ApiError> problem_;
};

/// The body is the file.
class RawSource final : public UploadSource {
 public:
  RawSource(HttpRequest& request, Clock& clock, Metrics& metrics)
      : request_(request), clock_(clock), metrics_(metrics) {}
  Task<Result<std::size_t>> read(MutableBytes out) override;

 private:
  HttpRequest& request_;
  Clock& clock_;
  Metrics& metrics_;
};

}  // namespace mycostr::api
