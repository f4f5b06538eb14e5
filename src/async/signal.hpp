// Waiting for something to happen on the loop: the building block of queues, semaphores and groups.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <list>
#include <memory>

#include "base/task.hpp"

namespace mycostr::async {

/// Tasks that wait until somebody notifies. Loop thread only. Must outlive its waiters; destroying it with
/// waiters is a bug.
class Signal {
 public:
  Signal() = default;
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  /// Returns after a later notify. Cancellation: throws operation_aborted.
  Task<> wait();
  /// Wakes the waiter that has waited longest, if any.
  void notify_one();
  void notify_all();
  bool has_waiters() const { return !waiters_.empty(); }

 private:
  struct Waiter;
  std::list<std::shared_ptr<Waiter>> waiters_;
};

}  // namespace mycostr::async
