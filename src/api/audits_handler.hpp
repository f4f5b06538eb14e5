// GET and POST /audits, GET /audits/{id}/transcript.
#pragma once

#include "api/answer.hpp"
#include "api/context.hpp"
#include "api/parameters.hpp"

namespace mycostr::api {

/// Loop thread only. References outlive it.
class AuditsHandler {
 public:
  explicit AuditsHandler(ApiContext& context) : context_(context) {}

  Outcome<Answer> list(const Parameters& parameters) const;
  Outcome<Answer> ask(const Parameters& parameters);
  Task<Outcome<Answer>> transcript(std::string id, Parameters parameters);

 private:
  ApiContext& context_;
};

}  // namespace mycostr::api
