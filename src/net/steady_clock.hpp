// The machine's time.
#pragma once

#include <boost/asio/io_context.hpp>

#include "mycostr/clock.hpp"

namespace mycostr::net {

/// Outlives the tasks that sleep on it; `loop` outlives it.
class SteadyClock final : public Clock {
 public:
  explicit SteadyClock(boost::asio::io_context& loop) : loop_(loop) {}
  SteadyTime now() const override;
  WallTime wall_now() const override;
  Task<> sleep_for(Duration duration) override;

 private:
  boost::asio::io_context& loop_;
};

}  // namespace mycostr::net
