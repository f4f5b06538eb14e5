#include "support/virtual_clock.hpp"

#include <algorithm>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>
#include <utility>

namespace mycostr::test {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {
constexpr auto kStart = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
}

VirtualClock::~VirtualClock() {
  // Tasks that end with their timers may set or cancel others.
  while (!timers_.empty()) std::exchange(timers_, {}).clear();
}

WallTime VirtualClock::wall_now() const {
  return kStart + wall_shift_ +
         std::chrono::duration_cast<std::chrono::milliseconds>(now_.time_since_epoch());
}

Task<> VirtualClock::sleep_for(Duration duration) {
  auto start = [this, duration](auto handler) {
    const auto left = SteadyTime::max() - now_;
    const Key key{now_ + std::clamp(duration, Duration::zero(), left), next_sequence_++};
    const auto slot = asio::get_associated_cancellation_slot(handler);
    const auto executor = asio::get_associated_executor(handler);
    timers_.emplace(key, [executor, work = asio::make_work_guard(executor),
                          handler = std::move(handler)](error_code error) mutable {
      asio::post(executor, [handler = std::move(handler), error]() mutable { std::move(handler)(error); });
    });
    if (auto own_slot = slot; own_slot.is_connected()) {
      own_slot.assign([this, key](asio::cancellation_type) { cancel(key); });
    }
  };
  co_await asio::async_initiate<decltype(asio::use_awaitable), void(error_code)>(start, asio::use_awaitable);
}

void VirtualClock::call_at(SteadyTime when, std::move_only_function<void()> job) {
  timers_.emplace(Key{std::max(when, now_), next_sequence_++},
                  [job = std::move(job)](error_code) mutable { job(); });
}

void VirtualClock::cancel(Key key) {
  auto timer = timers_.extract(key);
  if (!timer.empty()) timer.mapped()(asio::error::operation_aborted);
}

void VirtualClock::poll() {
  loop_.restart();  // a loop that once ran out of work stays stopped
  loop_.poll();
}

bool VirtualClock::step(SteadyTime end) {
  poll();
  if (timers_.empty() || timers_.begin()->first.when > end) return false;
  auto timer = timers_.extract(timers_.begin());
  now_ = timer.key().when;
  timer.mapped()(error_code());
  return true;
}

void VirtualClock::run() {
  while (step(SteadyTime::max())) {
  }
}

void VirtualClock::run_for(Duration duration) {
  const auto end = now_ + duration;
  while (step(end)) {
  }
  now_ = end;
}

void VirtualClock::stuck() {
  throw std::logic_error("a task waits for what nothing is left to cause");
}

}  // namespace mycostr::test
