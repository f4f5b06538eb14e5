// Group commit: one thread that writes together whatever waits.
#pragma once

#include <pthread.h>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "base/task.hpp"

namespace mycostr::storage {

/// Jobs are written strictly in the order of submit(). The queue is bounded by the number of tasks that wait.
/// Destroying it writes what is queued first; whoever waits must still have a live loop to be posted to.
template <class Job>
class GroupWriter {
 public:
  struct Entry {
    Job job;
    Result<void> result;  ///< success unless the write function says otherwise
    std::move_only_function<void(Result<void>)> complete;
  };
  /// Called on the writer's thread with 1 to `most` jobs.
  using Write = std::function<void(std::span<Entry>)>;

  /// `name`: of the thread, at most 15 characters.
  GroupWriter(const char* name, std::size_t most, Write write)
      : most_(most), write_(std::move(write)), thread_([this, name] {
          pthread_setname_np(pthread_self(), name);
          run();
        }) {}

  ~GroupWriter() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }
  GroupWriter(const GroupWriter&) = delete;
  GroupWriter& operator=(const GroupWriter&) = delete;

  /// Loop thread only. Returns once the job has been written, or has failed. Not cancellable.
  Task<Result<void>> submit(Job job) {
    auto start = [this](auto handler, Job submitted) {
      auto executor = boost::asio::get_associated_executor(handler);
      auto work = boost::asio::make_work_guard(executor);
      enqueue({std::move(submitted),
               {},
               [executor, work = std::move(work), handler = std::move(handler)](Result<void> result) mutable {
                 boost::asio::post(executor,
                                   [handler = std::move(handler), result = std::move(result)]() mutable {
                                     std::move(handler)(std::move(result));
                                   });
               }});
    };
    co_return co_await boost::asio::async_initiate<decltype(boost::asio::use_awaitable), void(Result<void>)>(
        start, boost::asio::use_awaitable, std::move(job));
  }

 private:
  void enqueue(Entry entry) {
    {
      std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(entry));
    }
    changed_.notify_one();
  }

  std::vector<Entry> take_waiting() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    std::vector<Entry> group;
    while (!waiting_.empty() && group.size() < most_) {
      group.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    return group;
  }

  void run() {
    while (write_next_group()) continue;
  }

  /// False once there is nothing left to write. The group goes at the end: its jobs' memory, its hold on the
  /// loop.
  bool write_next_group() {
    auto group = take_waiting();
    if (group.empty()) return false;
    try {
      write_(group);
    } catch (const std::exception& error) {
      for (auto& entry : group) entry.result = fail(Errc::internal, error.what());
    }
    for (auto& entry : group) entry.complete(std::move(entry.result));
    return true;
  }

  const std::size_t most_;
  const Write write_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Entry> waiting_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace mycostr::storage
