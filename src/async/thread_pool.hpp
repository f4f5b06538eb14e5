// The daemon's worker pool: a fixed number of threads.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <string>
#include <thread>
#include <vector>

#include "mycostr/worker_pool.hpp"

namespace mycostr::async {

/// Thread-safe. Jobs run in the order they came, as threads become free. Destroying it runs what is queued
/// first.
class ThreadPool final : public WorkerPool {
 public:
  /// `name` is how the system's tools show the threads; at most 15 characters. REQUIRES: threads > 0
  ThreadPool(const std::string& name, unsigned threads);
  ~ThreadPool() override;
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  void post(std::move_only_function<void()> job) override;

 private:
  boost::asio::io_context queue_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> open_;
  std::vector<std::thread> threads_;
};

}  // namespace mycostr::async
