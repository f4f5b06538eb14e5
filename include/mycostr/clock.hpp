// Port: time. The daemon's is the machine's; the simulator's jumps from one event to the next.
#pragma once

#include "base/task.hpp"
#include "base/time.hpp"

namespace mycostr {

/// Loop thread only. Outlives every task that uses it.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual SteadyTime now() const = 0;
  /// What people and other nodes call the time; may jump.
  virtual WallTime wall_now() const = 0;
  /// Returns once `duration` has passed; at the next turn of the loop where it is zero or less.
  /// Cancellation: throws operation_aborted at once.
  virtual Task<> sleep_for(Duration duration) = 0;
};

}  // namespace mycostr
