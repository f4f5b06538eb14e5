// Tasks that are started together and always awaited.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <cstdint>
#include <exception>
#include <map>
#include <string>
#include <vector>

#include "async/signal.hpp"
#include "base/task.hpp"

namespace mycostr::async {

/// Owner of running tasks. Loop thread only. join() (or close()) must have returned before it is destroyed.
///
/// A task that has been cancelled throws at its next co_await, before what it awaits has begun. So whoever
/// owns a group and may be cancelled awaits close() between begin_cleanup() and end_cleanup()
/// (async/cancel.hpp).
class TaskGroup {
 public:
  /// `name` stands in the log where a task ends by an exception that is no cancellation.
  TaskGroup(boost::asio::any_io_executor executor, std::string name);
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// Starts `task` at the next turn of the loop; dropped where the group has been closed.
  void spawn(Task<> task);
  /// Cancels all that runs now.
  void cancel();
  /// Returns when no task runs. Cancellation: the tasks are cancelled, and awaited all the same.
  Task<> join();
  /// No new tasks; cancels and awaits the running ones.
  Task<> close();
  std::size_t size() const { return running_.size(); }

 private:
  using TaskNumber = std::uint64_t;
  void ended(TaskNumber task, std::exception_ptr thrown);

  boost::asio::any_io_executor executor_;
  std::string name_;
  TaskNumber next_ = 0;
  std::map<TaskNumber, boost::asio::cancellation_signal> running_;
  Signal empty_;
  bool closed_ = false;
};

/// Runs tasks side by side until all have ended; what they throw is logged. Cancellation goes on to them.
Task<> run_all(boost::asio::any_io_executor executor, std::string name, std::vector<Task<>> tasks);

}  // namespace mycostr::async
