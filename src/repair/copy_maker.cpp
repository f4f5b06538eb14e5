#include "repair/copy_maker.hpp"

#include <algorithm>

#include "async/offload.hpp"
#include "base/log.hpp"
#include "crypto/merkle.hpp"
#include "files/candidates.hpp"
#include "files/fetch.hpp"
#include "files/probe.hpp"
#include "files/put_shard.hpp"

namespace mycostr::repair {
namespace {

constexpr auto kNoHolder = "no holder can take the copy";
constexpr int kHoldersToTry = 3;
constexpr auto kCandidatesLast = std::chrono::seconds(10);
/// Numbers of the copies that uploads make lie below.
constexpr std::uint32_t kFirstNumber = 1 << 16;

/// Nothing where this version does not know one of them: rather no copy than one where none may be.
std::optional<std::vector<placement::Area>> areas_of(const std::vector<std::string>& texts) {
  std::vector<placement::Area> out;
  for (const auto& text : texts) {
    auto area = placement::parse_area(text);
    if (!area) return std::nullopt;
    out.push_back(std::move(*area));
  }
  return out;
}

/// Random, not counted on: no mask may ever be used for a second holder, and the manifest forgets the numbers
/// of the copies that left it.
std::uint32_t new_number(const files::ChunkInfo& chunk, Random& random) {
  for (;;) {
    const auto number = kFirstNumber + static_cast<std::uint32_t>(random.below(UINT32_MAX - kFirstNumber));
    if (std::ranges::count(chunk.shards, number, &files::ShardInfo::replica) == 0) return number;
  }
}

/// A holder that sends: not asked again before it has rested.
class Sending {
 public:
  Sending(SourcePacer& pacer, const std::vector<NodeId>& sources, Clock& clock)
      : pacer_(pacer), clock_(clock), began_(clock.now()) {
    if (sources.size() == 1) holder_ = sources.front();
    if (holder_) pacer_.begin(*holder_);
  }
  ~Sending() {
    if (holder_) pacer_.used(*holder_, began_, clock_.now());
  }
  Sending(const Sending&) = delete;
  Sending& operator=(const Sending&) = delete;

 private:
  SourcePacer& pacer_;
  Clock& clock_;
  const SteadyTime began_;
  std::optional<NodeId> holder_;
};

}  // namespace

Task<CopyResult> CopyMaker::run(Damage damage) {
  CopyResult out;
  const auto chunk = co_await read_chunk(catalog_, rows_, damage.key);
  if (!chunk) {
    out.outcome = CopyResult::Outcome::failed;
    out.problem = to_string(chunk.error());
    co_return out;
  }
  if (!*chunk) co_return out;
  out.found = assess((*chunk)->view, planner_.holders(), context_.clock.now());
  if (!out.found.has_work()) co_return out;
  Result<void> done;
  if (out.found.missing == 0) {
    done = co_await update(**chunk, (*chunk)->row.shards, std::nullopt, out);
  } else {
    done = co_await make(**chunk, damage, out);
  }
  if (!done) {
    if (out.outcome != CopyResult::Outcome::no_source) out.outcome = CopyResult::Outcome::failed;
    out.problem = to_string(done.error());
  }
  co_return out;
}

Task<Result<void>> CopyMaker::make(const KnownChunk& chunk, const Damage& damage, CopyResult& out) {
  const auto now = context_.clock.now();
  auto sources = planner_.sources(chunk.view, out.found, damage.has_no_source, now);
  if (sources.holders.empty() && sources.when > now) {
    out.outcome = CopyResult::Outcome::busy;
    out.when = sources.when;
    co_return Result<void>();
  }
  // Many chunks may wait for the same holders, or for room: that costs nobody a transfer.
  std::erase_if(sources.holders, [&](const NodeId& id) { return !context_.directory.is_live(id); });
  if (sources.holders.empty()) {
    out.outcome = CopyResult::Outcome::no_source;
    co_return fail(Errc::unreachable, "no holder of a copy is there");
  }
  auto barred = barred_from(chunk);
  if (!barred) co_return fail(Errc::not_enough, kNoHolder);
  const auto secrets = context_.keystore.unwrap(chunk.file.wrapped_secrets, chunk.file.id);
  if (!secrets) co_return fail(Errc::corrupt, "the file's secrets cannot be read with this node's key");
  // Before bytes are asked for: many repairs must not take the memory of the transfers.
  const auto memory = co_await context_.memory.take(chunk.row.size.value);
  auto cipher = co_await fetch(chunk, *secrets, sources.holders);
  if (!cipher) {
    out.outcome = CopyResult::Outcome::no_source;
    co_return std::unexpected(cipher.error());
  }
  auto draft = co_await seal(chunk, *secrets, std::move(*cipher));
  if (auto placed = co_await place(chunk, draft, std::move(*barred)); !placed) co_return placed;
  auto shards = chunk.row.shards;
  shards.push_back(draft.chunk.shards.front());
  out.shard = shards.back().id;
  out.to = shards.back().holder;
  auto done = co_await update(chunk, std::move(shards), draft.plan, out);
  if (!done) co_await give_up(draft.plan);
  co_return done;
}

Task<Result<Buffer>> CopyMaker::fetch(const KnownChunk& chunk, const crypto::FileSecrets& secrets,
                                      const std::vector<NodeId>& sources) {
  auto from = chunk.row;
  std::erase_if(from.shards, [&](const files::ShardInfo& shard) {
    return std::ranges::find(sources, shard.holder) == sources.end();
  });
  const Sending sending(planner_.pacer(), sources, context_.clock);
  co_return co_await files::fetch_chunk(context_, chunk.file.id, secrets, from, files::Form::ciphertext);
}

Task<CopyMaker::Draft> CopyMaker::seal(const KnownChunk& chunk, const crypto::FileSecrets& secrets,
                                       Buffer cipher) {
  Draft draft{context_.random.make<FileId>(), chunk.row, std::move(cipher)};
  files::ShardInfo shard;
  shard.replica = new_number(chunk.row, context_.random);
  shard.id = co_await async::offload(context_.crypto_pool, [&] {
    auto& bytes = draft.bytes;
    crypto::mask_shard(secrets.seal, chunk.row.id, shard.replica, bytes.view(), bytes.mutable_view());
    return ShardId{crypto::merkle_root(bytes.view()).bytes};
  });
  draft.chunk.shards = {std::move(shard)};
  co_return draft;
}

Task<Result<void>> CopyMaker::place(const KnownChunk& chunk, Draft& draft, std::vector<NodeId> failed) {
  auto& shard = draft.chunk.shards.front();
  bool is_planned = false;
  Error last{Errc::not_enough, kNoHolder};
  for (int i = 0; i < kHoldersToTry; ++i) {
    const auto holder = co_await pick(chunk, failed);
    if (!holder) break;
    const auto former = shard;
    shard.holder = *holder;
    const auto planned = !is_planned ? co_await catalog_.plan_chunk(draft.plan, draft.chunk)
                                     : co_await catalog_.replan_chunk(draft.plan, draft.chunk, former,
                                                                      context_.random.make<FileId>());
    if (!planned) {
      last = planned.error();
      break;
    }
    is_planned = true;
    const auto done = co_await files::put_shard(context_, draft.chunk, shard, draft.bytes);
    if (done) co_return done;
    log(LogLevel::warn, "repair", "file={} chunk={}: node={} did not take a copy: {}",
        file_id_text(chunk.file.id), chunk.row.index, short_hex(holder->view()), to_string(done.error()));
    last = done.error();
    failed.push_back(*holder);
  }
  if (is_planned) co_await give_up(draft.plan);
  co_return std::unexpected(std::move(last));
}

/// What was announced is left to the Cleaner. Where even that fails, the next start does it.
Task<> CopyMaker::give_up(FileId plan) {
  const auto done = co_await catalog_.abandon_upload(plan);
  if (!done) log(LogLevel::error, "repair", "could not give a copy up: {}", to_string(done.error()));
}

/// Who had a copy and lost it, or leaves, or is gone, gets no other; its subnet may. But where nobody else
/// can take it, rather one that is there and lost what it had (a sector, not its honesty) than none. Nothing
/// where not even such a one can.
std::optional<std::vector<NodeId>> CopyMaker::barred_from(const KnownChunk& chunk) {
  const auto eligible = eligible_for(chunk.file.areas);
  if (!eligible) return std::nullopt;
  std::vector<NodeId> all;
  std::vector<NodeId> unfit;
  for (const auto& copy : chunk.view.copies) {
    all.push_back(copy.holder);
    const auto* holder = planner_.holders().find(copy.holder);
    const bool drains = holder != nullptr && holder->is_draining;
    if (!copy.lost || drains || !planner_.holders().is_counted(copy.holder)) unfit.push_back(copy.holder);
  }
  const auto held = staying_holders(chunk.view, planner_.holders(), context_.clock.now());
  for (auto& barred : {all, unfit}) {
    if (!eligible->pick({1, held, barred}, context_.in_flight, context_.random).empty()) return barred;
  }
  return std::nullopt;
}

/// One that says it takes the shard. Who does not answer goes into `failed`.
Task<std::optional<NodeId>> CopyMaker::pick(const KnownChunk& chunk, std::vector<NodeId>& failed) {
  const auto eligible = eligible_for(chunk.file.areas);
  if (!eligible) co_return std::nullopt;
  auto held = staying_holders(chunk.view, planner_.holders(), context_.clock.now());
  const auto picked =
      co_await files::pick_answering(context_, *eligible, {1, std::move(held), chunk.row.size, {}}, failed);
  if (picked.empty()) co_return std::nullopt;
  co_return picked.front();
}

std::shared_ptr<const placement::Eligible> CopyMaker::eligible_for(const std::vector<std::string>& texts) {
  const auto now = context_.clock.now();
  if (!cached_.eligible || cached_.areas != texts || now - cached_.made >= kCandidatesLast) {
    auto areas = areas_of(texts);
    if (!areas) return nullptr;
    const auto request = files::request_for(context_, std::move(*areas));
    cached_ = {texts, now,
               std::make_shared<placement::Eligible>(files::candidates(context_), request,
                                                     context_.settings.placement)};
  }
  return cached_.eligible;
}

Task<Result<void>> CopyMaker::update(const KnownChunk& chunk, std::vector<files::ShardInfo> shards,
                                     std::optional<FileId> plan, CopyResult& out) {
  auto row = chunk.row;
  row.shards = shards;
  const auto view = view_of(chunk.view.key, row, chunk.file.redundancy, chunk.losses);
  auto after = assess(view, planner_.holders(), context_.clock.now());
  // No row leads to the new shard yet: should it be one too many by now, it is found to be after this.
  if (plan) std::erase(after.drop, out.shard);
  if (!plan) {
    // Things may have changed while it was read: then nothing is taken back, and it is looked at anew.
    if (after.missing > 0 || after.drop.empty()) co_return Result<void>();
    out.shard = after.drop.front();
  }
  const auto is_dropped = [&](const ShardId& id) {
    return std::ranges::find(after.drop, id) != after.drop.end();
  };
  std::erase_if(shards, [&](const files::ShardInfo& shard) { return is_dropped(shard.id); });
  auto done = co_await catalog_.update_chunk(
      {chunk.file.id, chunk.row, std::move(shards), plan, context_.random.make<FileId>()});
  if (!done) co_return done;
  out.outcome = CopyResult::Outcome::done;
  std::ranges::copy_if(chunk.losses, std::back_inserter(out.settled),
                       [&](const LossRow& loss) { return is_dropped(loss.shard); });
  // What is written twice in vain, should this fail, is found to be over when it is read.
  if (!out.settled.empty()) co_await rows_.erase_losses(out.settled);
  co_return done;
}

}  // namespace mycostr::repair
