// A worker pool without threads, so that a simulated run has one order of events.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "mycostr/worker_pool.hpp"

namespace mycostr::test {

/// Jobs run on the loop, one after the other, in turns of their own. The loop outlives it.
class InlinePool final : public WorkerPool {
 public:
  explicit InlinePool(boost::asio::io_context& loop) : loop_(loop) {}
  void post(std::move_only_function<void()> job) override { boost::asio::post(loop_, std::move(job)); }

 private:
  boost::asio::io_context& loop_;
};

}  // namespace mycostr::test
