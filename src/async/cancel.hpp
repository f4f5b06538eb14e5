// Telling cancellation from failure, and cleaning up after it.
#pragma once

#include <boost/asio/this_coro.hpp>
#include <exception>
#include <string>

#include "base/task.hpp"

namespace mycostr::async {

/// Whether the exception is the end of a cancelled task (operation_aborted).
bool is_cancellation(const std::exception_ptr& thrown);
/// what() of any exception.
std::string describe(const std::exception_ptr& thrown);

/// Throws operation_aborted where the task that awaits it has been cancelled.
inline Task<> cancellation_point() {
  co_return;
}

/// co_await begin_cleanup(): from here on this task runs on though it has been cancelled, until
/// co_await end_cleanup(): from then on a cancellation shows again, at the next co_await.
inline auto begin_cleanup() {
  return boost::asio::this_coro::throw_if_cancelled(false);
}
inline auto end_cleanup() {
  return boost::asio::this_coro::throw_if_cancelled(true);
}

}  // namespace mycostr::async
