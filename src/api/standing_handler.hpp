// GET /node/standing, /nodes/{id}/reputation: what owners say of this node, and this node of its holders.
#pragma once

#include "api/answer.hpp"
#include "api/context.hpp"
#include "api/parameters.hpp"

namespace mycostr::api {

/// Loop thread only. References outlive it.
class StandingHandler {
 public:
  explicit StandingHandler(ApiContext& context) : context_(context) {}

  Outcome<Answer> standing(const Parameters& parameters) const;
  /// Of nodes that are known, or were audited once.
  Outcome<Answer> reputation(const std::string& id, const Parameters& parameters) const;

 private:
  ApiContext& context_;
};

}  // namespace mycostr::api
