#include "events/event_log.hpp"

#include <algorithm>

namespace mycostr::events {
namespace {

constexpr std::string_view kRunRow = "e/run";
constexpr unsigned kRunShift = 32;
constexpr std::uint64_t kMaxRun = UINT64_MAX >> kRunShift;

std::string encode_run(std::uint64_t run) {
  std::string out(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) out[i] = static_cast<char>(run >> (56 - 8 * i));
  return out;
}

std::optional<std::uint64_t> decode_run(std::string_view row) {
  if (row.size() != 8) return std::nullopt;
  std::uint64_t run = 0;
  for (const char c : row) run = run << 8 | static_cast<std::uint8_t>(c);
  if (run >= kMaxRun) return std::nullopt;
  return run;
}

}  // namespace

Task<Result<void>> EventLog::open() {
  const auto row = co_await store_.get(std::string(kRunRow));
  if (!row) co_return std::unexpected(row.error());
  const auto before = *row ? decode_run(**row) : std::optional<std::uint64_t>(0);
  if (!before) co_return fail(Errc::corrupt, "the row e/run holds no number of a run");
  WriteBatch batch;
  batch.put(std::string(kRunRow), encode_run(*before + 1));
  // Synced: a run's number that the loss of power took back would be given again.
  if (auto done = co_await store_.commit(std::move(batch), Durability::synced); !done) co_return done;
  last_id_ = (*before + 1) << kRunShift;
  co_return Result<void>();
}

void EventLog::add(Body body) {
  if (events_.size() == kMaxEvents) events_.pop_front();
  events_.push_back({++last_id_, clock_.wall_now(), std::move(body)});
  added_.notify_all();
}

EventLog::Page EventLog::after(std::uint64_t id, std::size_t limit) const {
  Page page;
  if (id >= last_id_) return page;
  const auto before_oldest = last_id_ - events_.size();
  page.has_gap = id != 0 && id < before_oldest;
  const auto skipped = static_cast<std::size_t>(std::max(id, before_oldest) - before_oldest);
  const auto count = std::min(limit, events_.size() - skipped);
  const auto first = events_.begin() + static_cast<std::ptrdiff_t>(skipped);
  page.events.assign(first, first + static_cast<std::ptrdiff_t>(count));
  return page;
}

Task<> EventLog::wait_beyond(std::uint64_t id) {
  while (last_id_ <= id) co_await added_.wait();
}

}  // namespace mycostr::events
