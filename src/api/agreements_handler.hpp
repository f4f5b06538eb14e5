// GET /agreements, /agreements/{id}.
#pragma once

#include "api/answer.hpp"
#include "api/context.hpp"
#include "api/parameters.hpp"

namespace mycostr::api {

/// Loop thread only. References outlive it.
class AgreementsHandler {
 public:
  explicit AgreementsHandler(ApiContext& context) : context_(context) {}

  Outcome<Answer> list(const Parameters& parameters) const;
  Outcome<Answer> show(const std::string& id, const Parameters& parameters) const;

 private:
  ApiContext& context_;
};

}  // namespace mycostr::api
