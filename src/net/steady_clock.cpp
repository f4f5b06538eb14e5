#include "net/steady_clock.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace mycostr::net {

SteadyTime SteadyClock::now() const {
  return std::chrono::steady_clock::now();
}

WallTime SteadyClock::wall_now() const {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

Task<> SteadyClock::sleep_for(Duration duration) {
  boost::asio::steady_timer timer(loop_);
  timer.expires_after(std::max(duration, Duration::zero()));
  co_await timer.async_wait(boost::asio::use_awaitable);
}

}  // namespace mycostr::net
