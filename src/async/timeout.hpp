// A bound on how long a task may take.
#pragma once

#include <optional>

#include "base/error.hpp"
#include "mycostr/clock.hpp"

namespace mycostr::async {

/// Runs `task` for at most `limit`; false where it was cancelled for lack of time. Its exceptions are
/// rethrown here; it has always ended when this returns. Cancellation goes on to the task.
Task<bool> finish_within(Clock& clock, Task<> task, Duration limit);

/// The result of `task`, or Errc::timeout with `what` as its detail.
template <class T>
Task<Result<T>> with_timeout(Clock& clock, Task<Result<T>> task, Duration limit, std::string_view what) {
  std::optional<Result<T>> result;
  // Not a lambda: a lambda coroutine's captures die with the lambda, its parameters live in the frame.
  struct Keep {
    static Task<> in(std::optional<Result<T>>& out, Task<Result<T>> inner) {
      out.emplace(co_await std::move(inner));
    }
  };
  const bool in_time = co_await finish_within(clock, Keep::in(result, std::move(task)), limit);
  if (in_time && result) co_return std::move(*result);
  co_return fail(Errc::timeout, std::string(what));
}

}  // namespace mycostr::async
