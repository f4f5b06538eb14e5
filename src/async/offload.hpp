// Awaiting work on a pool.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <optional>
#include <type_traits>

#include "base/task.hpp"
#include "mycostr/worker_pool.hpp"

namespace mycostr::async {

/// Runs `job` on `pool` and resumes on the loop once it is done. Not cancellable: what `job` refers to by
/// reference in the awaiting coroutine's frame stays alive. Exceptions of `job` are rethrown here.
template <class Job, class Value = std::invoke_result_t<Job&>>
Task<Value> offload(WorkerPool& pool, Job job) {
  using Stored = std::conditional_t<std::is_void_v<Value>, char, std::optional<Value>>;
  Stored value{};
  std::exception_ptr thrown;
  auto start = [&](auto handler) {
    auto executor = boost::asio::get_associated_executor(handler);
    auto work = boost::asio::make_work_guard(executor);
    pool.post(
        [&value, &thrown, &job, executor, work = std::move(work), handler = std::move(handler)]() mutable {
          try {
            if constexpr (std::is_void_v<Value>) {
              static_cast<void>(value);
              job();
            } else {
              value.emplace(job());
            }
          } catch (...) {
            thrown = std::current_exception();
          }
          boost::asio::post(executor, std::move(handler));
        });
  };
  co_await boost::asio::async_initiate<decltype(boost::asio::use_awaitable), void()>(
      start, boost::asio::use_awaitable);
  if (thrown) std::rethrow_exception(thrown);
  if constexpr (!std::is_void_v<Value>) co_return std::move(*value);
}

}  // namespace mycostr::async
