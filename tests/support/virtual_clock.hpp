// Time that passes only when there is nothing else to do: hours of a simulated network take moments, and one
// seed gives one history.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/error_code.hpp>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <type_traits>

#include "mycostr/clock.hpp"

namespace mycostr::test {

/// The loop's thread only; nobody else runs the loop. Made after the loop and destroyed before it, so that
/// tasks that still sleep go while the loop is there. Timers due at the same moment fire in the order they
/// were set, each followed by all that it causes.
class VirtualClock final : public Clock {
 public:
  explicit VirtualClock(boost::asio::io_context& loop) : loop_(loop) {}
  ~VirtualClock() override;
  VirtualClock(const VirtualClock&) = delete;
  VirtualClock& operator=(const VirtualClock&) = delete;

  SteadyTime now() const override { return now_; }
  /// 2026-01-01 at the start.
  WallTime wall_now() const override;
  /// A sleep that would end after the last moment there is ends there.
  Task<> sleep_for(Duration duration) override;
  /// Calls `job` once it is `when`, between two turns of the loop; dropped where the clock goes first. For
  /// what happens too often to have a task each.
  void call_at(SteadyTime when, std::move_only_function<void()> job);

  /// Until nothing is left to do: no handler ready, no timer set.
  void run();
  /// Until `duration` has passed, the timers due at its end included; it has passed even where nothing was to
  /// do.
  void run_for(Duration duration);
  /// Until `task` has ended: its result, or its exception. Throws std::logic_error where nothing is left to
  /// do that could end it.
  template <class T>
  T run(Task<T> task);
  /// The wall clock alone jumps, as when an operator sets it.
  void shift_wall(std::chrono::milliseconds by) { wall_shift_ += by; }
  std::size_t sleepers() const { return timers_.size(); }

 private:
  struct Key {
    SteadyTime when;
    std::uint64_t sequence;
    auto operator<=>(const Key&) const = default;
  };
  template <class T>
  struct Outcome {
    bool ended = false;
    std::exception_ptr thrown;
    std::conditional_t<std::is_void_v<T>, char, std::optional<T>> value{};

    static Task<> keep(Task<T> task, std::shared_ptr<Outcome> self) {
      if constexpr (std::is_void_v<T>) {
        co_await std::move(task);
      } else {
        self->value.emplace(co_await std::move(task));
      }
    }
  };
  using Wake = std::move_only_function<void(boost::system::error_code)>;

  void poll();
  /// Everything that is ready, then one timer due by `end`; false where there is none.
  bool step(SteadyTime end);
  void cancel(Key key);
  [[noreturn]] static void stuck();

  boost::asio::io_context& loop_;
  SteadyTime now_;
  std::chrono::milliseconds wall_shift_{0};
  std::uint64_t next_sequence_ = 0;
  std::map<Key, Wake> timers_;
};

template <class T>
T VirtualClock::run(Task<T> task) {
  // Shared, for a stuck task may end when the test has moved on.
  auto outcome = std::make_shared<Outcome<T>>();
  boost::asio::co_spawn(loop_, Outcome<T>::keep(std::move(task), outcome),
                        [outcome](std::exception_ptr thrown) {
                          outcome->ended = true;
                          outcome->thrown = thrown;
                        });
  poll();
  while (!outcome->ended) {
    if (!step(SteadyTime::max())) stuck();
    poll();
  }
  if (outcome->thrown) std::rethrow_exception(outcome->thrown);
  if constexpr (!std::is_void_v<T>) return std::move(*outcome->value);
}

}  // namespace mycostr::test
