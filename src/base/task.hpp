// The coroutine type of all asynchronous code.
#pragma once

#include <boost/asio/awaitable.hpp>

namespace mycostr {

/// Runs on the event loop's thread. Cancellation surfaces as boost::system::system_error(operation_aborted);
/// expected failures are values (Task<Result<T>>). Parameters are taken by value, or by reference to what
/// outlives the task.
template <class T = void>
using Task = boost::asio::awaitable<T>;

}  // namespace mycostr
