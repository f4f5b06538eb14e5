// GET /repairs.
#pragma once

#include "api/answer.hpp"
#include "api/context.hpp"
#include "api/parameters.hpp"

namespace mycostr::api {

/// Loop thread only. References outlive it.
class RepairsHandler {
 public:
  /// Listed of those that wait: the most urgent ones.
  static constexpr std::size_t kMaxListed = 10'000;

  explicit RepairsHandler(ApiContext& context) : context_(context) {}

  Outcome<Answer> list(const Parameters& parameters) const;

 private:
  ApiContext& context_;
};

}  // namespace mycostr::api
