// Randomness from a seed: the same on every machine.
#pragma once

#include <random>

#include "mycostr/random.hpp"

namespace mycostr::test {

/// Not for keys. Tests print the seed they failed with.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}

  void fill(MutableBytes out) override {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < out.size(); ++i, word >>= 8) {
      if (i % 8 == 0) word = engine_();
      out[i] = static_cast<std::uint8_t>(word);
    }
  }
  Bytes bytes(std::size_t size) {
    Bytes out(size);
    fill(out);
    return out;
  }
  /// True in `numerator` of `denominator` cases.
  bool chance(std::uint64_t numerator, std::uint64_t denominator) { return below(denominator) < numerator; }

 private:
  std::mt19937_64 engine_;
};

}  // namespace mycostr::test
