#include "async/task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <cstdlib>

#include "async/cancel.hpp"
#include "base/log.hpp"

namespace mycostr::async {

namespace asio = boost::asio;

TaskGroup::TaskGroup(asio::any_io_executor executor, std::string name)
    : executor_(std::move(executor)), name_(std::move(name)) {}

TaskGroup::~TaskGroup() {
  if (running_.empty()) return;
  // Going on would leave tasks that refer to memory that is gone.
  log(LogLevel::error, name_, "destroyed while {} tasks run", running_.size());
  std::abort();
}

void TaskGroup::spawn(Task<> task) {
  if (closed_) return;
  const auto number = next_++;
  asio::co_spawn(
      executor_, std::move(task),
      asio::bind_cancellation_slot(running_[number].slot(),
                                   [this, number](std::exception_ptr thrown) { ended(number, thrown); }));
}

void TaskGroup::ended(TaskNumber task, std::exception_ptr thrown) {
  running_.erase(task);
  if (thrown && !is_cancellation(thrown)) {
    log(LogLevel::error, name_, "a task ended by an exception: {}", describe(thrown));
  }
  if (running_.empty()) empty_.notify_all();
}

void TaskGroup::cancel() {
  // By number: a cancelled task may end at once and take its entry with it, and others may be spawned.
  const auto end = next_;
  for (auto at = running_.begin(); at != running_.end() && at->first < end;) {
    const auto number = at->first;
    at->second.emit(asio::cancellation_type::terminal);
    at = running_.upper_bound(number);
  }
}

Task<> TaskGroup::join() {
  // Awaited to the end though this task may be cancelled meanwhile, or has been before.
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  bool cancelled = false;
  while (!running_.empty()) {
    try {
      co_await empty_.wait();
    } catch (const boost::system::system_error&) {
      cancelled = true;
    }
    if (cancelled) cancel();
  }
  co_await asio::this_coro::throw_if_cancelled(throws);
  if (cancelled && throws) throw boost::system::system_error(asio::error::operation_aborted);
}

Task<> TaskGroup::close() {
  closed_ = true;
  cancel();
  co_await join();
}

Task<> run_all(asio::any_io_executor executor, std::string name, std::vector<Task<>> tasks) {
  TaskGroup group(std::move(executor), std::move(name));
  for (auto& task : tasks) group.spawn(std::move(task));
  co_await group.join();
}

}  // namespace mycostr::async
