#include "lightning/call.hpp"

#include <grpc/support/time.h>

#include <boost/asio/post.hpp>

namespace mycostr::lightning {

namespace {

gpr_timespec after(Duration limit) {
  const auto span = gpr_time_from_nanos(limit.count(), GPR_TIMESPAN);
  return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), span);
}

}  // namespace

Call::Call(Link& link, std::optional<Duration> limit) : link_(link), work_(link.loop().get_executor()) {
  link.add_macaroon(context_);
  if (limit) context_.set_deadline(after(*limit));
  link.live_.insert(this);
}

Task<> Call::end() {
  try {
    while (!ended_) co_await changed_.wait();
  } catch (...) {
    cancel();
    throw;
  }
}

void Call::ended(std::shared_ptr<Call> self, grpc::Status status) {
  auto& loop = self->loop();
  boost::asio::post(loop, [self = std::move(self), status = std::move(status)] {
    self->status_ = status;
    self->ended_ = true;
    self->changed_.notify_all();
    self->link_.live_.erase(self.get());
    self->link_.ended_.notify_all();
    self->work_.reset();
  });
}

}  // namespace mycostr::lightning
