// POST /node/register.
#pragma once

#include "api/answer.hpp"
#include "api/context.hpp"
#include "api/parameters.hpp"

namespace mycostr::api {

/// Loop thread only. References outlive it.
class RegisterHandler {
 public:
  explicit RegisterHandler(ApiContext& context) : context_(context) {}

  /// Refusals: those of the contract; wrong_network where the other node is of another network.
  Task<Outcome<Answer>> handle(Parameters parameters);

 private:
  Task<Outcome<Answer>> offer_own(Parameters parameters);
  Task<Outcome<Answer>> add_other(PublicKey key, Parameters parameters);

  ApiContext& context_;
};

}  // namespace mycostr::api
