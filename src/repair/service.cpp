#include "repair/service.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "async/cancel.hpp"
#include "async/timeout.hpp"
#include "base/log.hpp"

namespace mycostr::repair {
namespace {

constexpr std::size_t kPage = 256;
constexpr std::uint64_t kIdsPerMs = 1000;  // ids stay below 2^53, which JSON's readers hold exactly

}  // namespace

Service::Service(files::Context& context, files::Catalog& catalog, MetaStore& store, Settings settings,
                 Hooks hooks)
    : context_(context),
      catalog_(catalog),
      rows_(store),
      settings_(settings),
      hooks_(std::move(hooks)),
      planner_(settings, context.clock.now(),
               static_cast<std::uint64_t>(to_unix_ms(context.clock.wall_now())) * kIdsPerMs),
      copies_(context, catalog, rows_, planner_),
      tasks_(context.executor, "repair") {}

WallTime Service::wall_of(SteadyTime time) const {
  const auto ago = std::chrono::duration_cast<std::chrono::milliseconds>(context_.clock.now() - time);
  return context_.clock.wall_now() - ago;
}

SteadyTime Service::steady_of(WallTime time) const {
  const auto ago = std::max(context_.clock.wall_now() - time, std::chrono::milliseconds(0));
  return context_.clock.now() - ago;
}

Task<Result<void>> Service::open() {
  const auto holders = co_await rows_.holders();
  if (!holders) co_return std::unexpected(holders.error());
  for (const auto& row : *holders) planner_.holders().restore(row.holder, row.state, steady_of(row.since));
  std::optional<LossRow> after;
  while (lost_.size() < kMaxQueued) {
    const auto rows = co_await rows_.losses(after, kPage);
    if (!rows) co_return std::unexpected(rows.error());
    for (const auto& row : *rows) lost_.insert(row.shard);
    if (rows->size() < kPage) break;
    after = rows->back();
  }
  co_return Result<void>();
}

Task<> Service::run() {
  std::exception_ptr stopped;
  is_running_ = true;
  tasks_.spawn(look_at_chunks());
  tasks_.spawn(keep_looking_at_losses());
  try {
    co_await rounds();
  } catch (...) {
    stopped = std::current_exception();
  }
  is_running_ = false;
  co_await async::begin_cleanup();
  co_await tasks_.close();
  co_await async::end_cleanup();
  if (stopped) std::rethrow_exception(stopped);
}

void Service::wake() {
  next_round_ = SteadyTime();
  woken_.notify_all();
}

void Service::audit_passed(const NodeId& holder) {
  apply(planner_.holders().audit_passed(holder, context_.clock.now()));
}

void Service::audit_called(const NodeId& holder, bool was_reached) {
  if (was_reached) {
    unreachable_.erase(holder);
  } else {
    unreachable_[holder] = context_.clock.wall_now();
  }
}

/// How it first came to be known, where it is.
Task<Result<std::optional<LossRow>>> Service::known_loss(ChunkKey chunk, NodeId holder, ShardId shard) {
  const auto rows = co_await rows_.losses_of(chunk);
  if (!rows) co_return std::unexpected(rows.error());
  const auto at = std::ranges::find_if(
      *rows, [&](const LossRow& row) { return row.shard == shard && row.holder == holder; });
  co_return at == rows->end() ? std::nullopt : std::optional(*at);
}

Task<Result<std::vector<ShardId>>> Service::unreported(NodeId holder, std::vector<ShardId> shards) {
  std::vector<ShardId> out;
  for (const auto& shard : shards) {
    const auto place = co_await catalog_.place_of(holder, shard);
    if (!place) co_return std::unexpected(place.error());
    if (!*place) continue;
    const auto known = co_await known_loss({(*place)->file, (*place)->chunk}, holder, shard);
    if (!known) co_return std::unexpected(known.error());
    if (!*known || (*known)->reason == Reason::failed_audit) out.push_back(shard);
  }
  co_return out;
}

Task<Result<void>> Service::shards_lost(NodeId holder, std::vector<ShardId> shards, Reason reason) {
  std::vector<LossRow> losses;
  for (const auto& shard : shards) {
    const auto place = co_await catalog_.place_of(holder, shard);
    if (!place) co_return std::unexpected(place.error());
    if (!*place) continue;
    const LossRow loss{{(*place)->file, (*place)->chunk}, shard, holder, reason};
    auto known = co_await known_loss(loss.chunk, holder, shard);
    if (!known) co_return std::unexpected(known.error());
    losses.push_back(known->value_or(loss));
  }
  if (losses.empty()) co_return Result<void>();
  if (auto done = co_await rows_.put_losses(losses); !done) co_return done;
  for (const auto& loss : losses) {
    const bool is_new =
        lost_.size() < kMaxQueued ? lost_.insert(loss.shard).second : !lost_.contains(loss.shard);
    if (is_new) {
      log(LogLevel::warn, "repair", "lost: file={} chunk={} node={} reason={}", file_id_text(loss.chunk.file),
          loss.chunk.index, short_hex(holder.view()), reason_name(reason));
      Event event;
      event.kind = Event::Kind::shard_lost;
      event.holder = holder;
      event.shard = loss.shard;
      event.key = loss.chunk;
      event.reason = reason;
      hooks_.on_event(event);
    }
    // It is on disk: what fails here is found again.
    co_await look_at_chunk(loss.chunk, holder);
  }
  start_jobs();
  co_return Result<void>();
}

bool Service::is_counted(const NodeId& holder, const ShardId& shard) const {
  return planner_.holders().is_counted(holder) && !lost_.contains(shard);
}

bool Service::is_given_up(const NodeId& id) const {
  const auto* holder = planner_.holders().find(id);
  return holder != nullptr && holder->state == HolderState::gone &&
         context_.clock.now() - holder->since >= settings_.given_up_after;
}

Task<> Service::look_at_chunks() {
  co_await look_at_losses();
  for (;;) {
    while (const auto holder = planner_.holders().take_pass(context_.clock.now())) co_await pass(*holder);
    co_await pass_due_.wait();
  }
}

/// A copy may be lost before its file is there, or looking at its chunk may have failed.
Task<> Service::keep_looking_at_losses() {
  for (;;) {
    co_await context_.clock.sleep_for(settings_.suspect_after);
    if (!lost_.empty()) co_await look_at_losses();
  }
}

/// What is known to be lost, and perhaps not queued yet.
Task<> Service::look_at_losses() {
  std::optional<LossRow> after;
  for (bool more = true; more;) {
    const auto rows = co_await rows_.losses(after, kPage);
    if (!rows) {
      log(LogLevel::error, "repair", "could not read what is lost: {}", to_string(rows.error()));
      co_return;
    }
    for (const auto& row : *rows) co_await look_at_chunk(row.chunk, row.holder);
    start_jobs();
    more = rows->size() == kPage;
    if (more) after = rows->back();
  }
}

/// All chunks that the holder has a shard of.
Task<> Service::pass(NodeId holder) {
  std::optional<ShardId> after;
  std::size_t count = 0;
  bool is_whole = true;
  for (bool more = true; more;) {
    const auto places = co_await catalog_.shards_of(holder, after, kPage);
    if (!places) {
      log(LogLevel::error, "repair", "node={}: {}", short_hex(holder.view()), to_string(places.error()));
      co_return planner_.holders().pass_failed(holder, context_.clock.now());
    }
    for (const auto& place : *places) {
      const auto done = co_await look_at_chunk({place.file, place.chunk}, holder);
      if (!done)
        log(LogLevel::error, "repair", "file={}: {}", file_id_text(place.file), to_string(done.error()));
      is_whole = is_whole && done.has_value();
    }
    start_jobs();
    count += places->size();
    more = places->size() == kPage;
    if (more) after = places->back().shard;
  }
  if (!is_whole) co_return planner_.holders().pass_failed(holder, context_.clock.now());
  planner_.holders().pass_done(holder, context_.clock.now());
  if (count > 0) co_return;
  found_.erase(holder);
  if (is_given_up(holder)) hooks_.on_given_up(holder);
}

Task<Result<void>> Service::look_at_chunk(ChunkKey key, NodeId found_at) {
  if (planner_.is_running(key)) co_return Result<void>();
  const auto chunk = co_await read_chunk(catalog_, rows_, key);
  if (!chunk) co_return std::unexpected(chunk.error());
  // One that was begun meanwhile is looked at when it ends.
  if (!*chunk || planner_.is_running(key)) co_return Result<void>();
  planner_.consider((*chunk)->view, found_at, context_.clock.now(), context_.clock.wall_now());
  co_return Result<void>();
}

void Service::start_jobs() {
  if (!is_running_) return;
  while (auto damage = planner_.start(context_.clock.now())) tasks_.spawn(job(std::move(*damage)));
}

Task<> Service::job(Damage damage) {
  const auto result = co_await copies_.run(damage);
  const auto now = context_.clock.now();
  switch (result.outcome) {
    case CopyResult::Outcome::busy:
      planner_.postpone(std::move(damage), result.when, now);
      break;
    case CopyResult::Outcome::failed:
    case CopyResult::Outcome::no_source:
      damage.has_no_source = result.outcome == CopyResult::Outcome::no_source;
      log(LogLevel::warn, "repair", "file={} chunk={}: {}", file_id_text(damage.key.file), damage.key.index,
          result.problem);
      damage.problem = result.problem;
      if (result.found.has_work()) damage.live = result.found.live;
      planner_.retry(std::move(damage), now);
      break;
    case CopyResult::Outcome::nothing:
      planner_.done(damage);
      break;
    case CopyResult::Outcome::done:
      planner_.done(damage);
      settle(damage, result);
      // It may need more, or have been hit again meanwhile.
      co_await look_at_chunk(damage.key, damage.found_at);
      break;
  }
  start_jobs();
  woken_.notify_all();
}

void Service::settle(const Damage& damage, const CopyResult& result) {
  for (const auto& loss : result.settled) lost_.erase(loss.shard);
  RepairRecord record;
  record.id = damage.id;
  record.key = damage.key;
  record.chunk = damage.chunk;
  record.shard = result.shard;
  record.reason = result.found.reason;
  record.state = RepairState::done;
  record.live = result.found.live;
  record.from = result.found.from;
  record.to = result.to;
  record.queued = damage.queued;
  record.finished = context_.clock.wall_now();
  if (result.to) record.bytes = damage.size;
  log(LogLevel::info, "repair", "{} file={} chunk={} reason={}", result.to ? "copied" : "took back",
      file_id_text(damage.key.file), damage.key.index, reason_name(record.reason));
  if (result.to) {
    Event event;
    event.kind = Event::Kind::shard_repaired;
    event.holder = *result.to;
    event.repair = record;
    hooks_.on_event(event);
  }
  history_.add(std::move(record));
}

}  // namespace mycostr::repair
