// GET and POST /node/scrub; GET, POST and DELETE /node/drain.
#pragma once

#include "api/answer.hpp"
#include "api/context.hpp"
#include "api/parameters.hpp"

namespace mycostr::api {

/// Loop thread only. References outlive it.
class UpkeepHandler {
 public:
  explicit UpkeepHandler(ApiContext& context) : context_(context) {}

  Outcome<Answer> show_scrub(const Parameters& parameters) const;
  Outcome<Answer> start_scrub(const Parameters& parameters);
  Outcome<Answer> show_drain(const Parameters& parameters) const;
  Task<Outcome<Answer>> start_drain(Parameters parameters);
  Task<Outcome<Answer>> stop_drain(Parameters parameters);

 private:
  ApiContext& context_;
};

}  // namespace mycostr::api
