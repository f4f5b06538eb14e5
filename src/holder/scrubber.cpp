#include "holder/scrubber.hpp"

#include <algorithm>

#include "async/cancel.hpp"
#include "async/offload.hpp"
#include "async/timeout.hpp"
#include "base/log.hpp"
#include "crypto/merkle.hpp"

namespace mycostr::holder {
namespace {

constexpr std::string_view kRow = "scrub";
constexpr std::size_t kShardsPerPage = 256;
constexpr std::size_t kOthers = 3;  // read to tell a bad record from a bad disk
constexpr auto kBusy = "this process cannot open or read more now";
constexpr auto kSaveEvery = std::chrono::seconds(30);
constexpr auto kRestAfterFailure = std::chrono::minutes(10);

}  // namespace

Task<Result<void>> Scrubber::open() {
  const auto row = co_await meta_.get(std::string(kRow));
  if (!row) co_return std::unexpected(row.error());
  if (!*row) co_return Result<void>();
  const auto pass = decode_scrub_pass(as_bytes(**row));
  if (!pass) co_return fail(Errc::corrupt, "the saved position of the scrub cannot be read");
  pass_ = *pass;
  if (pass_.started) schedule();
  co_return Result<void>();
}

Task<> Scrubber::run() {
  std::exception_ptr stopped;
  try {
    co_await work();
  } catch (...) {
    stopped = std::current_exception();
  }
  co_await async::begin_cleanup();
  co_await save();
  co_await async::end_cleanup();
  std::rethrow_exception(stopped);
}

Task<> Scrubber::work() {
  for (;;) {
    const auto wait = next_due() - clock_.now();
    if (wait > Duration()) {
      co_await async::finish_within(clock_, woken_.wait(), wait);
    } else {
      co_await do_next();
    }
  }
}

SteadyTime Scrubber::next_due() const {
  if (is_asked_ && !pass_.is_urgent) return clock_.now();
  if (!suspects_.empty()) return next_read_;
  if (!pass_.is_running) return next_pass_;
  return pass_.is_urgent ? next_read_ : std::max(next_read_, next_step_);
}

Task<> Scrubber::do_next() {
  if (is_asked_ && !pass_.is_urgent) {
    is_asked_ = false;
    begin_pass(true);
  } else if (!suspects_.empty()) {
    co_await look_at_suspect();
  } else if (pass_.is_running) {
    co_await advance();
    if (clock_.now() >= next_save_) co_await save();
  } else {
    begin_pass(false);
  }
}

void Scrubber::start_now() {
  // A shard of the pass under way may be being read at this moment.
  if (pass_.is_running) {
    is_asked_ = true;
  } else {
    begin_pass(true);
  }
  woken_.notify_all();
}

void Scrubber::suspect(const ShardKey& key) {
  if (suspects_.size() >= kMaxSuspects) return;
  suspects_.insert(key);
  woken_.notify_all();
}

ScrubStatus Scrubber::status() const {
  const auto total =
      pass_.is_running ? std::max(pass_.bytes_done, chunks_.usage().shard_bytes) : pass_.bytes_done;
  return {pass_.started,    pass_.is_running ? pass_.position : std::nullopt,
          pass_.bytes_done, total,
          pass_.bad_shards, pass_.is_running};
}

void Scrubber::begin_pass(bool is_urgent) {
  pass_ = {clock_.wall_now(), std::nullopt, {}, pass_.bad_shards, true, is_urgent};
  page_.clear();
  schedule();
  next_step_ = clock_.now();
  next_save_ = clock_.now();
}

void Scrubber::end_pass() {
  pass_.is_running = false;
  pass_.is_urgent = false;
  next_save_ = clock_.now();
  const auto took = std::chrono::round<std::chrono::seconds>(clock_.wall_now() - *pass_.started);
  log(LogLevel::info, "scrub", "read all shards: bytes={} seconds={}", pass_.bytes_done.value, took.count());
  if (clock_.now() > next_pass_) {
    log(LogLevel::warn, "scrub",
        "that took longer than scrub.period: the node was off for long, or scrub.bytes_per_second is too "
        "low");
  }
}

Task<> Scrubber::advance() {
  const auto is_more = co_await fill_page();
  if (!is_more) co_return rest_after_failure(is_more.error());
  if (!*is_more) co_return end_pass();
  const auto shard = page_.front();
  const auto finding = co_await examine(shard.key);
  if (finding == Finding::unreadable) {
    co_return rest_after_failure({Errc::io, "nothing can be read of the disk"});
  }
  if (finding == Finding::busy) co_return rest_after_failure({Errc::overloaded, kBusy});
  if (finding == Finding::bad && !co_await lose(shard.key, finding)) co_return;
  passed(shard);
}

/// False at the end of the pass.
Task<Result<bool>> Scrubber::fill_page() {
  if (!page_.empty()) co_return true;
  const auto next = co_await chunks_.list(pass_.position, kShardsPerPage);
  if (!next) co_return std::unexpected(next.error());
  page_.assign(next->begin(), next->end());
  co_return !page_.empty();
}

void Scrubber::passed(const StoredShard& shard) {
  page_.pop_front();
  pass_.position = shard.key;
  pass_.bytes_done += shard.size;
  next_step_ = clock_.now() + pace(shard.size);
  rest_after(shard.size);
}

Task<> Scrubber::look_at_suspect() {
  const auto key = *suspects_.begin();
  const auto finding = co_await examine(key);
  if (finding == Finding::unreadable) {
    co_return rest_after_failure({Errc::io, "nothing can be read of the disk"});
  }
  if (finding == Finding::busy) co_return rest_after_failure({Errc::overloaded, kBusy});
  if (finding != Finding::whole && !co_await lose(key, finding)) co_return;
  suspects_.erase(key);
  rest_after({kMaxChunkSize});
}

Task<Scrubber::Finding> Scrubber::examine(ShardKey key) {
  auto finding = co_await read(key);
  // Once more before a shard is given up: it may have been the memory, not the disk.
  if (finding == Finding::bad) finding = co_await read(key);
  if (finding == Finding::unreadable && co_await can_read_others(key)) {
    finding = co_await read(key);
    if (finding == Finding::unreadable) finding = Finding::bad;
  }
  co_return finding;
}

Task<Scrubber::Finding> Scrubber::read(ShardKey key) {
  const auto bytes = co_await chunks_.get(key);
  if (bytes) {
    const auto root =
        co_await async::offload(crypto_pool_, [&bytes] { return crypto::merkle_root(bytes->view()); });
    co_return root.bytes == key.shard.bytes ? Finding::whole : Finding::bad;
  }
  const auto code = bytes.error().code;
  if (code == Errc::not_found) co_return Finding::gone;
  if (code == Errc::overloaded) co_return Finding::busy;
  co_return code == Errc::corrupt ? Finding::bad : Finding::unreadable;
}

/// A disk that is away, or fails whole, must not look like the loss of each shard on it.
Task<bool> Scrubber::can_read_others(ShardKey than) {
  for (const auto& after : {std::optional(than), std::optional<ShardKey>()}) {
    const auto others = co_await chunks_.list(after, kOthers);
    if (!others) co_return false;
    for (const auto& other : *others) {
      if (other.key != than && co_await chunks_.get(other.key)) co_return true;
    }
  }
  co_return false;
}

Task<bool> Scrubber::lose(ShardKey key, Finding finding) {
  const auto done = co_await lost_.take_out(key);
  if (!done) {
    rest_after_failure(done.error());
    co_return false;
  }
  if (finding == Finding::bad) ++pass_.bad_shards;
  next_save_ = clock_.now();
  log(LogLevel::error, "scrub", "lost shard={} of owner={}: {}", short_hex(key.shard.view()),
      short_hex(key.owner.view()),
      finding == Finding::gone ? "it is not there" : "its bytes are not its own");
  co_return true;
}

/// By the steady clock from here on: a wall clock that is set back must not put anything off for longer than
/// it would have taken.
void Scrubber::schedule() {
  const auto until = [&](Duration after_start) {
    const auto left = *pass_.started + after_start - clock_.wall_now();
    return clock_.now() + std::clamp<Duration>(left, Duration(), after_start);
  };
  pass_ends_ = until(settings_.period * 3 / 4);
  next_pass_ = until(settings_.period);
}

/// How long after a shard the next one is due, for the pass to take three quarters of the period: a slower
/// one could not catch up after a time off, a faster one would load the disk more than it needs.
Duration Scrubber::pace(ByteCount size) const {
  const auto total = chunks_.usage().shard_bytes;
  if (total <= pass_.bytes_done) return Duration();
  const auto left = std::max(pass_ends_ - clock_.now(), Duration());
  const auto share = static_cast<double>(size.value) / static_cast<double>((total - pass_.bytes_done).value);
  return std::chrono::duration_cast<Duration>(left * std::min(share, 1.0));
}

void Scrubber::rest_after(ByteCount size) {
  const auto seconds =
      static_cast<double>(size.value) / static_cast<double>(settings_.bytes_per_second.value);
  next_read_ = clock_.now() + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

void Scrubber::rest_after_failure(const Error& error) {
  log(LogLevel::error, "scrub", "stops for ten minutes: {}", to_string(error));
  next_read_ = clock_.now() + kRestAfterFailure;
}

Task<> Scrubber::save() {
  next_save_ = clock_.now() + kSaveEvery;
  WriteBatch batch;
  batch.put(std::string(kRow), encode(pass_));
  if (const auto saved = co_await meta_.commit(std::move(batch), Durability::buffered); !saved) {
    log(LogLevel::warn, "scrub", "could not save its position: {}", to_string(saved.error()));
  }
}

}  // namespace mycostr::holder
