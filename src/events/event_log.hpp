// The last events, for any number of readers at their own pace. Nothing is queued for a reader: one that is
// too slow misses what the log no longer holds.
#pragma once

#include <deque>
#include <vector>

#include "async/signal.hpp"
#include "events/event.hpp"
#include "mycostr/clock.hpp"
#include "mycostr/meta_store.hpp"

namespace mycostr::events {

/// Loop thread only. Ids are run << 32 | number in the run; the run's number is the row e/run, so that they
/// grow over restarts. The events themselves live in memory alone: those of an earlier run are gone.
class EventLog {
 public:
  static constexpr std::size_t kMaxEvents = 10'000;

  /// References outlive it.
  EventLog(Clock& clock, MetaStore& store) : clock_(clock), store_(store) {}
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  /// Begins a run. Once, before add(). Errors: io, corrupt.
  Task<Result<void>> open();
  /// The oldest one goes where there are kMaxEvents.
  void add(Body body);
  /// Of the newest event; where there is none, before any that will come.
  std::uint64_t last_id() const { return last_id_; }

  struct Page {
    std::vector<Event> events;  ///< oldest first
    bool has_gap = false;       ///< there were events behind the id asked for that are gone, or may have been
  };
  /// What came after `id`, `limit` at most. 0: from the oldest one on; an id that was never given counts as
  /// the newest.
  Page after(std::uint64_t id, std::size_t limit) const;
  /// Returns once there is an event after `id`. Cancellation: throws operation_aborted. Must not outlive the
  /// log.
  Task<> wait_beyond(std::uint64_t id);

 private:
  Clock& clock_;
  MetaStore& store_;
  std::uint64_t last_id_ = 0;
  std::deque<Event> events_;  // ids without gaps
  async::Signal added_;
};

}  // namespace mycostr::events
