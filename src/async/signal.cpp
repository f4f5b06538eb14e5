#include "async/signal.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <functional>

namespace mycostr::async {

namespace asio = boost::asio;
using boost::system::error_code;

struct Signal::Waiter {
  std::move_only_function<void(error_code)> complete;
};

Task<> Signal::wait() {
  auto start = [this](auto handler) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    auto waiter = std::make_shared<Waiter>();
    auto executor = asio::get_associated_executor(handler);
    waiter->complete = [executor, work = asio::make_work_guard(executor),
                        handler = std::move(handler)](error_code error) mutable {
      asio::post(executor, [handler = std::move(handler), error]() mutable { std::move(handler)(error); });
    };
    waiters_.push_back(waiter);
    if (!slot.is_connected()) return;
    slot.assign([this, weak = std::weak_ptr(waiter)](asio::cancellation_type) {
      const auto self = weak.lock();
      if (!self || !self->complete) return;
      waiters_.remove(self);
      std::exchange(self->complete, nullptr)(asio::error::operation_aborted);
    });
  };
  co_await asio::async_initiate<decltype(asio::use_awaitable), void(error_code)>(start, asio::use_awaitable);
}

void Signal::notify_one() {
  if (waiters_.empty()) return;
  const auto waiter = waiters_.front();
  waiters_.pop_front();
  std::exchange(waiter->complete, nullptr)(error_code());
}

void Signal::notify_all() {
  for (auto count = waiters_.size(); count > 0; --count) notify_one();
}

}  // namespace mycostr::async
