// Whether a simulated machine runs. What was begun in one of its lives has no effect in the next.
#pragma once

#include <cstdint>

namespace mycostr::test {

enum class Crash {
  process_kill,  ///< what the operating system was given stays
  power_loss     ///< only what was synced stays for certain
};

/// Loop thread only.
class Power {
 public:
  void on() {
    ++life_;
    is_on_ = true;
  }
  void off() { is_on_ = false; }
  bool is_on() const { return is_on_; }
  std::uint64_t life() const { return life_; }
  /// Whether `life` has not ended yet.
  bool lasts(std::uint64_t life) const { return is_on_ && life_ == life; }

 private:
  bool is_on_ = false;
  std::uint64_t life_ = 0;
};

}  // namespace mycostr::test
