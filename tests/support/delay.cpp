#include "support/delay.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace mycostr::test {

namespace asio = boost::asio;

Task<> delay(Clock& clock, Duration duration) {
  auto start = [&clock, duration](auto handler) {
    const auto executor = asio::get_associated_executor(handler);
    auto resume = [handler = std::move(handler)](std::exception_ptr) mutable { std::move(handler)(); };
    asio::co_spawn(executor, clock.sleep_for(duration),
                   asio::bind_cancellation_slot(asio::cancellation_slot(), std::move(resume)));
  };
  co_await asio::async_initiate<decltype(asio::use_awaitable), void()>(start, asio::use_awaitable);
}

}  // namespace mycostr::test
