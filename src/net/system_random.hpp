// The operating system's randomness.
#pragma once

#include "mycostr/random.hpp"

namespace mycostr::net {

/// Fit for keys. Throws std::runtime_error where the system has none.
class SystemRandom final : public Random {
 public:
  void fill(MutableBytes out) override;
};

}  // namespace mycostr::net
