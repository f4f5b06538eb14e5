// A task that a test has started, to look at and to cancel.
#pragma once

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "async/cancel.hpp"
#include "base/task.hpp"

namespace mycostr::test {

/// Outlives its task: the loop runs until then, or goes first. Loop thread only.
class Started {
 public:
  Started(boost::asio::io_context& loop, Task<> task) {
    boost::asio::co_spawn(
        loop, std::move(task),
        boost::asio::bind_cancellation_slot(signal_.slot(), [this](std::exception_ptr thrown) {
          ended_ = true;
          thrown_ = thrown;
        }));
  }
  Started(const Started&) = delete;
  Started& operator=(const Started&) = delete;

  /// At once where it is called on the loop, else at the loop's next turn.
  void cancel() { signal_.emit(boost::asio::cancellation_type::terminal); }
  bool ended() const { return ended_; }
  bool succeeded() const { return ended_ && !thrown_; }
  bool was_cancelled() const { return thrown_ && async::is_cancellation(thrown_); }
  std::exception_ptr thrown() const { return thrown_; }

 private:
  boost::asio::cancellation_signal signal_;
  bool ended_ = false;
  std::exception_ptr thrown_;
};

}  // namespace mycostr::test
