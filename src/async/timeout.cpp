#include "async/timeout.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "async/cancel.hpp"

namespace mycostr::async {

namespace asio = boost::asio;

Task<bool> finish_within(Clock& clock, Task<> task, Duration limit) {
  const auto executor = co_await asio::this_coro::executor;
  auto group = asio::experimental::make_parallel_group(
      asio::co_spawn(executor, std::move(task), asio::deferred),
      asio::co_spawn(executor, clock.sleep_for(limit), asio::deferred));
  const auto [order, thrown, timer_thrown] =
      co_await group.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
  const bool task_was_first = order[0] == 0;
  if (!task_was_first && !timer_thrown) {
    // The limit passed. A task that ended all the same before it saw the cancellation counts as in time.
    if (thrown && !is_cancellation(thrown)) std::rethrow_exception(thrown);
    co_return !thrown;
  }
  if (thrown) std::rethrow_exception(thrown);
  co_return true;
}

}  // namespace mycostr::async
