#include "files/upload.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "async/cancel.hpp"
#include "async/offload.hpp"
#include "base/log.hpp"
#include "files/candidates.hpp"
#include "files/put_shard.hpp"

namespace mycostr::files {
namespace {

constexpr std::size_t kReceiptsPerCommit = 64;
/// In an upload of hours each holder has its bad moment.
constexpr auto kLookAgain = std::chrono::minutes(1);
constexpr auto kLookLasts = std::chrono::minutes(10);
/// Once a shard's placing has lasted as long as so many calls may, no other holder is tried: the fault is
/// then hardly the holders'.
constexpr int kCallsToPlace = 2;

std::vector<NodeId> holders_of(const ChunkInfo& chunk) {
  std::vector<NodeId> out;
  for (const auto& shard : chunk.shards) out.push_back(shard.holder);
  return out;
}

}  // namespace

Upload::Upload(Context& context, Catalog& catalog, const StoreOptions& options, ByteSource& source)
    : context_(context),
      catalog_(catalog),
      source_(source),
      options_(options),
      window_(context.settings.chunks_sent_ahead),
      chunks_(context.executor, "upload") {
  look_anew();
  auto& random = context.random;
  file_.id = random.make<FileId>();
  file_.name = options.name;
  file_.content_type = options.content_type;
  file_.redundancy = options.redundancy;
  for (const auto& area : options.areas) file_.areas.emplace_back(placement::area_text(area));
  file_.chunk_size = context.settings.chunk_size;
  secrets_ = {random.make<crypto::AesKey>(), random.make<crypto::SealSecret>()};
  file_.wrapped_secrets =
      context.keystore.wrap(secrets_, file_.id, random.make<crypto::Keystore::WrapNonce>());
}

Task<std::expected<void, StoreFailure>> Upload::run() {
  std::exception_ptr thrown;
  try {
    co_await read_and_send();
    if (!failure_) co_await chunks_.join();
    // A task that ended by an exception is in the log, and nowhere else.
    if (!failure_ && chunks_kept_ != file_.chunk_count)
      fail_with({Error{Errc::internal, "not every chunk could be stored"}});
    // The last moment to give up: what follows is the commit of the file.
    co_await async::cancellation_point();
  } catch (...) {
    thrown = std::current_exception();
  }
  if (!thrown && !failure_) {
    file_.created = context_.clock.wall_now();
    co_return std::expected<void, StoreFailure>();
  }
  co_await async::begin_cleanup();
  co_await chunks_.close();
  co_await abandon();
  co_await async::end_cleanup();
  if (thrown) std::rethrow_exception(thrown);
  co_return std::unexpected(std::move(*failure_));
}

Task<> Upload::abandon() {
  if (!any_planned_) co_return;
  const auto done = co_await catalog_.abandon_upload(file_.id);
  // The row of the upload is still there then, and is found at the next start.
  if (!done)
    log(LogLevel::error, "store", "could not abandon file={}: {}", file_id_text(file_.id),
        to_string(done.error()));
}

Task<> Upload::read_and_send() {
  while (!failure_) {
    auto piece = co_await read_piece();
    if (!piece) co_return fail_with({piece.error()});
    if (piece->bytes.empty()) co_return;
    // Only what follows a full piece, or does not, tells whether it is the last.
    const bool is_last = piece->bytes.size() < file_.chunk_size || ahead_.empty();
    co_await dispatch(std::move(*piece), is_last);
    if (is_last) co_return;
  }
}

Task<> Upload::dispatch(Piece piece, bool is_last) {
  file_.size += piece.bytes.size();
  if (options_.idempotency_key) {
    co_await async::offload(context_.crypto_pool, [this, &piece] { content_.update(piece.bytes.view()); });
  }
  auto slot = co_await window_.take(1);
  // All that the chunk will need: the copies are made from it at once. Only now, for until it was here whole
  // its client could have taken any time.
  piece.memory = co_await context_.memory.take(file_.chunk_size * options_.redundancy);
  piece.reading = {};
  chunks_.spawn(send_chunk(std::move(piece), file_.chunk_count++, is_last, std::move(slot)));
}

Task<Result<Upload::Piece>> Upload::read_piece() {
  Piece piece;
  // What waits for context_.memory holds of this alone, or uploads would wait for one another for ever.
  piece.reading = co_await context_.reading.take(file_.chunk_size);
  piece.bytes = Buffer::allocate(file_.chunk_size);
  std::ranges::copy(ahead_, piece.bytes.data());
  auto filled = std::exchange(ahead_, {}).size();
  const auto rest = co_await read_full(piece.bytes.mutable_view().subspan(filled));
  if (!rest) co_return std::unexpected(rest.error());
  filled += *rest;
  piece.bytes.truncate(filled);
  if (filled == file_.chunk_size) {
    ahead_.resize(kLeafSize);
    const auto ahead = co_await read_full(ahead_);
    if (!ahead) co_return std::unexpected(ahead.error());
    ahead_.resize(*ahead);
  }
  co_return piece;
}

Task<Result<std::size_t>> Upload::read_full(MutableBytes out) {
  std::size_t filled = 0;
  while (filled < out.size()) {
    const auto got = co_await source_.read(out.subspan(filled));
    if (!got) co_return std::unexpected(got.error());
    if (*got == 0) break;
    filled += *got;
  }
  co_return filled;
}

Task<> Upload::send_chunk(Piece piece, std::uint64_t index, bool is_last, async::Budget::Lease slot) {
  const crypto::ChunkPlace place{file_.id, index, is_last};
  auto sealed = co_await async::offload(context_.crypto_pool, [this, &piece, &place] {
    return seal_chunk(secrets_, place, std::move(piece.bytes), options_.redundancy);
  });
  ChunkInfo chunk;
  chunk.index = index;
  chunk.id = sealed.shards.front().id;
  chunk.size = {sealed.shards.front().bytes.size()};
  chunk.tag = sealed.tag;
  chunk.is_last = is_last;
  if (!co_await plan(chunk, sealed)) co_return;
  std::vector<Task<>> shards;
  async::Budget replacing(1);
  for (std::size_t replica = 0; replica < sealed.shards.size(); ++replica) {
    shards.push_back(send_shard(chunk, replica, sealed.shards[replica].bytes, replacing));
  }
  co_await async::run_all(context_.executor, "upload", std::move(shards));
  if (failure_) co_return;
  if (std::ranges::any_of(chunk.shards, [](const ShardInfo& shard) { return shard.receipt.empty(); }))
    co_return;
  ++chunks_kept_;
  unsaved_.push_back(std::move(chunk));
  if (unsaved_.size() >= kReceiptsPerCommit) co_await save_receipts();
}

void Upload::look_anew() {
  eligible_ = std::make_shared<placement::Eligible>(
      candidates(context_), files::request_for(context_, options_.areas), context_.settings.placement);
  looked_at_ = context_.clock.now();
  failed_.clear();
}

Task<std::vector<NodeId>> Upload::pick(HoldersWanted wanted) {
  if (context_.clock.now() - looked_at_ >= kLookLasts) look_anew();
  for (;;) {
    const auto eligible = eligible_;  // another chunk may look anew meanwhile
    auto holders = co_await pick_answering(context_, *eligible, wanted, failed_);
    const bool is_new = context_.clock.now() - looked_at_ < kLookAgain;
    if (holders.size() == wanted.copies || is_new) co_return holders;
    look_anew();
  }
}

Task<bool> Upload::plan(ChunkInfo& chunk, const SealedChunk& sealed) {
  const auto copies = sealed.shards.size();
  const auto holders = co_await pick({copies, {}, chunk.size, {}});
  if (holders.size() < copies) {
    fail_not_enough(request_for({}, copies), "too few holders can take the file");
    co_return false;
  }
  for (std::size_t i = 0; i < holders.size(); ++i) {
    chunk.shards.push_back({sealed.shards[i].id, static_cast<std::uint32_t>(i), holders[i], {}, {}});
  }
  any_planned_ = true;
  const auto planned = co_await catalog_.plan_chunk(file_.id, chunk);
  if (!planned) fail_with({planned.error()});
  co_return planned.has_value();
}

Task<> Upload::send_shard(ChunkInfo& chunk, std::size_t replica, const Buffer& bytes,
                          async::Budget& replacing) {
  const auto last_try = context_.clock.now() + kCallsToPlace * context_.settings.call.total;
  // Not failed_ alone: another chunk may give those in it a new chance.
  std::vector<NodeId> former;
  for (;;) {
    const auto done = co_await put_shard(context_, chunk, chunk.shards[replica], bytes);
    if (done) co_return;
    const auto holder = chunk.shards[replica].holder;
    log(LogLevel::warn, "store", "file={} chunk={} replica={}: node={} did not take it: {}",
        file_id_text(file_.id), chunk.index, replica, short_hex(holder.view()), to_string(done.error()));
    if (std::ranges::find(failed_, holder) == failed_.end()) failed_.push_back(holder);
    if (failure_) co_return;
    if (context_.clock.now() >= last_try) {
      co_return fail_not_enough(request_for(holders_of(chunk), 1),
                                fmt::format("no holder took a copy of chunk {} in time; the last one: {}",
                                            chunk.index, to_string(done.error())));
    }
    // One at a time: two copies that look for another holder at once would find the same.
    const auto turn = co_await replacing.take(1);
    former.push_back(holder);
    if (!co_await replace_holder(chunk, replica, former, to_string(done.error()))) co_return;
  }
}

Task<bool> Upload::replace_holder(ChunkInfo& chunk, std::size_t replica, std::vector<NodeId> former_holders,
                                  std::string why) {
  auto held = holders_of(chunk);
  held.erase(held.begin() + static_cast<std::ptrdiff_t>(replica));
  const auto holders = co_await pick({1, held, chunk.size, std::move(former_holders)});
  if (holders.empty()) {
    fail_not_enough(request_for(held, 1),
                    "too few holders can take the file; the last one did not: " + std::move(why));
    co_return false;
  }
  const auto former = chunk.shards[replica];
  chunk.shards[replica].holder = holders.front();
  const auto planned =
      co_await catalog_.replan_chunk(file_.id, chunk, former, context_.random.make<FileId>());
  if (!planned) fail_with({planned.error()});
  co_return planned.has_value();
}

Task<> Upload::save_receipts() {
  const auto saved = co_await catalog_.record_receipts(file_.id, take_unsaved());
  if (!saved) fail_with({saved.error()});
}

void Upload::fail_with(StoreFailure failure) {
  if (!failure_) failure_ = std::move(failure);
}

void Upload::fail_not_enough(const placement::ChunkRequest& request, std::string why) {
  const auto lost = std::min(eligible_->available(), failed_.size());
  fail_with({{Errc::not_enough, std::move(why)},
             options_.redundancy,
             eligible_->available() - lost,
             eligible_->explain(request)});
}

placement::ChunkRequest Upload::request_for(const std::vector<NodeId>& held, std::size_t copies) const {
  return {copies, held, failed_};
}

}  // namespace mycostr::files
