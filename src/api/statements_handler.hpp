// GET /agreements/{id}/statements.
#pragma once

#include "api/answer.hpp"
#include "api/context.hpp"
#include "api/parameters.hpp"

namespace mycostr::api {

/// Loop thread only. References outlive it.
class StatementsHandler {
 public:
  explicit StatementsHandler(ApiContext& context) : context_(context) {}

  Task<Outcome<Answer>> list(std::string agreement, Parameters parameters);

 private:
  ApiContext& context_;
};

}  // namespace mycostr::api
