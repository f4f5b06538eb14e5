#include "files/cleaner.hpp"

#include <algorithm>

#include "async/cancel.hpp"
#include "async/timeout.hpp"
#include "base/log.hpp"
#include "files/in_flight.hpp"
#include "wire/messages.hpp"

namespace mycostr::files {
namespace {

constexpr Duration kRound = std::chrono::seconds(5);
constexpr Duration kBetweenRounds = std::chrono::seconds(1);
constexpr Duration kLongestPause = std::chrono::minutes(5);
constexpr auto kRetryAfter = std::chrono::seconds(20);  // holders that did not confirm
constexpr std::size_t kFilesPerPage = 1000;
constexpr std::size_t kChunksPerPage = 256;

}  // namespace

Task<Result<void>> Cleaner::erase(FileId file) {
  const auto erased = co_await catalog_.erase(file);
  if (!erased) co_return std::unexpected(erased.error());
  if (!*erased) co_return fail(Errc::not_found, "no such file");
  log(LogLevel::info, "delete", "deleted file={}", file_id_text(file));
  co_return Result<void>();
}

void Cleaner::wake() {
  is_awake_ = true;
  woken_.notify_all();
}

Task<> Cleaner::run() {
  std::exception_ptr stopped;
  try {
    co_await rounds();
  } catch (...) {
    stopped = std::current_exception();
  }
  co_await async::begin_cleanup();
  co_await files_.close();
  co_await async::end_cleanup();
  if (stopped) std::rethrow_exception(stopped);
}

Task<> Cleaner::rounds() {
  auto pause = kRound;
  for (;;) {
    is_awake_ = false;
    const auto found = co_await round();
    if (is_awake_) {
      // Each round reads all that waits: many deletions share one.
      co_await context_.clock.sleep_for(kBetweenRounds);
      continue;
    }
    if (found == Found::nothing) co_await woken_.wait();
    if (found != Found::absent) pause = kRound;
    if (found == Found::work) co_await async::finish_within(context_.clock, woken_.wait(), pause);
    // Those that wait for a holder may wait for days.
    if (found != Found::absent) continue;
    do {
      pause = std::min(2 * pause, kLongestPause);
      co_await async::finish_within(context_.clock, woken_.wait(), pause);
    } while (!is_awake_ && !is_one_back());
  }
}

bool Cleaner::is_one_back() const {
  return std::ranges::any_of(awaited_, [&](const NodeId& id) { return context_.directory.is_live(id); });
}

Task<Cleaner::Found> Cleaner::round() {
  auto found = Found::nothing;
  awaited_.clear();
  std::optional<FileId> after;
  for (;;) {
    const auto files = co_await catalog_.deletions(after, kFilesPerPage);
    if (!files) {
      log(LogLevel::error, "delete", "could not read what is to be deleted: {}", to_string(files.error()));
      co_return Found::work;
    }
    for (const auto& file : *files) {
      if (found == Found::nothing) found = Found::absent;
      if (in_work_.contains(file)) {
        found = Found::work;
        continue;
      }
      if (!is_due(file)) {
        await_holders_of(file);
        continue;
      }
      found = Found::work;
      auto slot = co_await slots_.take(1);
      in_work_.insert(file);
      files_.spawn(clean(file, std::move(slot)));
    }
    if (files->size() < kFilesPerPage) co_return found;
    after = files->back();
  }
}

bool Cleaner::is_due(const FileId& file) const {
  const auto at = waiting_.find(file);
  if (at == waiting_.end()) return true;
  return context_.clock.now() >= at->second.not_before &&
         std::ranges::any_of(at->second.holders,
                             [&](const NodeId& id) { return context_.directory.is_live(id); });
}

void Cleaner::await_holders_of(const FileId& file) {
  const auto at = waiting_.find(file);
  if (at != waiting_.end()) awaited_.insert(at->second.holders.begin(), at->second.holders.end());
}

Task<> Cleaner::clean(FileId file, async::Budget::Lease slot) {
  struct Ended {
    std::set<FileId>& in_work;
    const FileId file;
    ~Ended() { in_work.erase(file); }
  } ended{in_work_, file};
  waiting_.erase(file);
  for (std::uint64_t next = 0;;) {
    auto rows = co_await catalog_.chunks(file, next, kChunksPerPage);
    if (!rows) {
      log(LogLevel::error, "delete", "file={}: {}", file_id_text(file), to_string(rows.error()));
      waiting_.erase(file);  // for nobody: it is due again
      co_return;
    }
    if (rows->empty()) break;
    next = rows->back().index + 1;
    if (const auto done = co_await clean_page(file, std::move(*rows)); !done) {
      log(LogLevel::error, "delete", "file={}: {}", file_id_text(file), to_string(done.error()));
      waiting_.erase(file);
      co_return;
    }
  }
  if (!waiting_.contains(file)) co_await catalog_.end_deletion(file);
}

Task<Result<void>> Cleaner::clean_page(FileId file, std::vector<ChunkInfo> chunks) {
  ByHolder shards;
  for (const auto& chunk : chunks) {
    for (const auto& shard : chunk.shards) shards[shard.holder].push_back(shard.id);
  }
  const auto confirmed = co_await take_back(shards);
  std::vector<HeldShard> gone;
  for (auto& chunk : chunks) {
    std::erase_if(chunk.shards, [&](const ShardInfo& shard) { return confirmed.contains(shard.holder); });
  }
  for (const auto& [holder, ids] : shards) {
    if (confirmed.contains(holder)) {
      for (const auto& id : ids) gone.push_back({holder, id});
      continue;
    }
    auto& waiting = waiting_[file];
    waiting.holders.insert(holder);
    waiting.not_before = context_.clock.now() + kRetryAfter;
  }
  co_return co_await catalog_.update_deletion(file, std::move(chunks), std::move(gone));
}

Task<std::set<NodeId>> Cleaner::take_back(const ByHolder& shards) {
  std::set<NodeId> done;
  std::vector<Task<>> calls;
  for (const auto& [holder, ids] : shards) calls.push_back(take_back_from(holder, ids, done));
  co_await async::run_all(context_.executor, "delete", std::move(calls));
  co_return done;
}

Task<> Cleaner::take_back_from(NodeId holder, const std::vector<ShardId>& shards, std::set<NodeId>& done) {
  if (!context_.directory.is_live(holder)) co_return;
  auto gone = co_await agreements_.leave(holder, shards);
  if (gone) gone = co_await delete_at(holder, shards);
  if (gone) {
    done.insert(holder);
  } else {
    // Its agreement has what this node knows to have left.
    if (gone.error().code == Errc::conflict) agreements_.compare(holder);
    log(LogLevel::debug, "delete", "node={} did not confirm: {}", short_hex(holder.view()),
        to_string(gone.error()));
  }
}

Task<Result<void>> Cleaner::delete_at(NodeId holder, const std::vector<ShardId>& shards) {
  for (std::size_t at = 0; at < shards.size(); at += wire::kMaxShardsPerDelete) {
    const auto address = context_.directory.address_of(holder);
    if (!address) co_return fail(Errc::unreachable, "no address is known");
    const auto count = std::min(wire::kMaxShardsPerDelete, shards.size() - at);
    wire::DeleteShards message{{shards.begin() + static_cast<std::ptrdiff_t>(at),
                                shards.begin() + static_cast<std::ptrdiff_t>(at + count)},
                               {}};
    PeerCall call{wire::operations::kDeleteShards, wire::encode(message), {}};
    const auto reply = co_await context_.transport.call(*address, std::move(call), context_.settings.call);
    if (reply) continue;
    if (is_silence(reply.error().code)) context_.directory.failed(holder, context_.clock.now());
    co_return std::unexpected(reply.error());
  }
  co_return Result<void>();
}

}  // namespace mycostr::files
