// Port: work off the event loop. The daemon's runs on threads; the simulator's on the loop itself, in order.
#pragma once

#include <functional>

namespace mycostr {

/// A fixed number of workers with one queue. Callers await what they post (async/offload.hpp), so that the
/// queue is bounded by the number of tasks.
class WorkerPool {
 public:
  virtual ~WorkerPool() = default;
  /// Any thread. `job` must not throw and owns all it touches.
  virtual void post(std::move_only_function<void()> job) = 0;
};

}  // namespace mycostr
