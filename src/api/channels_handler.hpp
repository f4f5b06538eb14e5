// GET /channels.
#pragma once

#include "api/answer.hpp"
#include "api/context.hpp"
#include "api/parameters.hpp"

namespace mycostr::api {

/// Loop thread only. References outlive it.
class ChannelsHandler {
 public:
  explicit ChannelsHandler(ApiContext& context) : context_(context) {}

  /// As the last look at the wallet found them.
  Outcome<Answer> show(const Parameters& parameters) const;

 private:
  ApiContext& context_;
};

}  // namespace mycostr::api
