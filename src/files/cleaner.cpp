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
/// Time for deletions to gather, so that one change of an agreement takes many.
constexpr Duration kGather = std::chrono::seconds(1);
/// Between looks for holders that are away, perhaps for days.
constexpr Duration kLongestPause = std::chrono::minutes(5);
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

void Cleaner::add(const FileId& file) {
  queue_.add(file);
  added_.notify_all();
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
  co_await read_all();
  const auto is_ready = [&](const NodeId& id) {
    return context_.directory.is_live(id) || context_.is_given_up(id);
  };
  for (auto pause = kRound;;) {
    while (const auto file = queue_.take()) {
      auto slot = co_await slots_.take(1);
      files_.spawn(clean(*file, std::move(slot)));
    }
    if (queue_.empty()) {
      co_await added_.wait();
    } else {
      co_await async::finish_within(context_.clock, added_.wait(), pause);
    }
    if (queue_.has_due()) co_await context_.clock.sleep_for(kGather);
    const bool has_work = queue_.look(is_ready, context_.clock.now()) || queue_.is_working();
    pause = has_work ? kRound : std::min(2 * pause, kLongestPause);
  }
}

Task<> Cleaner::read_all() {
  for (;;) {
    const auto done = co_await read_rows();
    if (done) co_return;
    log(LogLevel::error, "delete", "could not read what is to be deleted: {}", to_string(done.error()));
    co_await context_.clock.sleep_for(kRound);
  }
}

Task<Result<void>> Cleaner::read_rows() {
  for (std::optional<FileId> after;;) {
    const auto files = co_await catalog_.deletions(after, kFilesPerPage);
    if (!files) co_return std::unexpected(files.error());
    for (const auto& file : *files) queue_.add(file);
    if (files->size() < kFilesPerPage) co_return Result<void>();
    after = files->back();
  }
}

Task<> Cleaner::clean(FileId file, async::Budget::Lease) {
  // However it ends, by an exception too: a file that stayed in work would not be looked at again.
  struct Work {
    DeletionQueue& queue;
    const FileId file;
    bool is_over = false;
    ~Work() {
      if (!is_over) queue.failed(file);
    }
  } work{queue_, file};
  auto absent = co_await take_back_file(file);
  if (absent && !absent->empty()) {
    work.is_over = true;
    co_return queue_.wait(file, std::move(*absent));
  }
  const auto done = absent ? co_await catalog_.end_deletion(file) : std::unexpected(absent.error());
  if (done) {
    work.is_over = true;
    co_return queue_.done(file);
  }
  log(LogLevel::error, "delete", "file={}: {}", file_id_text(file), to_string(done.error()));
}

Task<Result<std::set<NodeId>>> Cleaner::take_back_file(FileId file) {
  std::set<NodeId> absent;
  // Told of before it was on disk, and perhaps it never came there: then the file is still there.
  const auto is_deleted = co_await catalog_.is_deleted(file);
  if (!is_deleted) co_return std::unexpected(is_deleted.error());
  if (!*is_deleted) co_return absent;
  for (std::uint64_t next = 0;;) {
    auto rows = co_await catalog_.chunks(file, next, kChunksPerPage);
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->empty()) co_return absent;
    next = rows->back().index + 1;
    auto some = co_await take_back_page(file, std::move(*rows));
    if (!some) co_return some;
    absent.merge(std::move(*some));
  }
}

Task<Result<std::set<NodeId>>> Cleaner::take_back_page(FileId file, std::vector<ChunkInfo> chunks) {
  ByHolder shards;
  for (const auto& chunk : chunks) {
    for (const auto& shard : chunk.shards) shards[shard.holder].push_back(shard.id);
  }
  const auto settled = co_await take_back(shards);
  std::erase_if(chunks, [&](ChunkInfo& chunk) {
    const auto is_gone = [&](const ShardInfo& shard) { return settled.contains(shard.holder); };
    return !chunk.shards.empty() && std::erase_if(chunk.shards, is_gone) == 0;
  });
  std::set<NodeId> absent;
  std::vector<HeldShard> gone;
  for (const auto& [holder, ids] : shards) {
    if (!settled.contains(holder)) {
      absent.insert(holder);
      continue;
    }
    for (const auto& id : ids) gone.push_back({holder, id});
  }
  if (chunks.empty()) co_return absent;
  const auto done = co_await catalog_.update_deletion(file, std::move(chunks), std::move(gone));
  if (!done) co_return std::unexpected(done.error());
  co_return absent;
}

/// Holders that have confirmed, or were given up.
Task<std::set<NodeId>> Cleaner::take_back(const ByHolder& shards) {
  std::set<NodeId> settled;
  std::vector<Task<>> calls;
  for (const auto& [holder, ids] : shards) calls.push_back(take_back_from(holder, ids, settled));
  co_await async::run_all(context_.executor, "delete", std::move(calls));
  co_return settled;
}

Task<> Cleaner::take_back_from(NodeId holder, const std::vector<ShardId>& shards, std::set<NodeId>& settled) {
  if (!context_.directory.is_live(holder)) {
    if (context_.is_given_up(holder)) settled.insert(holder);
    co_return;
  }
  if (!queue_.may_ask(holder, context_.clock.now())) co_return;
  auto gone = co_await agreements_.leave(holder, shards);
  if (gone) gone = co_await delete_at(holder, shards);
  if (gone) {
    queue_.confirmed(holder);
    settled.insert(holder);
    co_return;
  }
  queue_.refused(holder, context_.clock.now());
  // Its agreement has what this node knows to have left.
  if (gone.error().code == Errc::conflict) agreements_.compare(holder);
  log(LogLevel::debug, "delete", "node={} did not confirm: {}", short_hex(holder.view()),
      to_string(gone.error()));
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

Task<Result<void>> Cleaner::released(NodeId holder, std::vector<ShardId> shards) {
  std::vector<ShardId> unknown;
  for (const auto& shard : shards) {
    const auto place = co_await catalog_.place_of(holder, shard);
    if (!place) co_return std::unexpected(place.error());
    if (!*place) unknown.push_back(shard);
  }
  if (unknown.empty()) co_return Result<void>();
  co_return co_await catalog_.delete_shards(context_.random.make<FileId>(), holder, std::move(unknown));
}

}  // namespace mycostr::files
