// Port: randomness. The daemon's is the operating system's, fit for keys; the simulator's comes from a seed.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"

namespace mycostr {

/// Loop thread only.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(MutableBytes out) = 0;

  template <class FixedId>
  FixedId make() {
    FixedId id;
    fill(id.bytes);
    return id;
  }
  /// Uniform in [0, bound). REQUIRES: bound > 0
  std::uint64_t below(std::uint64_t bound) {
    const std::uint64_t reject_from = UINT64_MAX - UINT64_MAX % bound;
    for (;;) {
      std::uint8_t raw[8];
      fill(raw);
      const auto value = read_be64(raw);
      if (value < reject_from) return value % bound;
    }
  }
};

}  // namespace mycostr
