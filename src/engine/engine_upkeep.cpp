// What audits, holders' own reports and repair tell one another, and the log of events.
#include "async/timeout.hpp"
#include "base/log.hpp"
#include "engine/engine.hpp"

namespace mycostr::engine {
namespace {

constexpr auto kLossRetry = std::chrono::seconds(30);
constexpr auto kDropPatience = std::chrono::seconds(30);

}  // namespace

void Engine::connect_upkeep() {
  agreements_.on_over = audit::Prover::forget;
  auditor_.on_lost = [this](NodeId holder, std::vector<ShardId> shards) {
    return note_found_lost(holder, std::move(shards));
  };
  auditor_.on_verdict = [this](const audit::Verdict& verdict) { take_verdict(verdict); };
  prover_.on_bad_shard = [this](const NodeId& owner, const ShardId& shard) {
    scrubber_.suspect({owner, shard});
  };
  shards_.fits_on_disk = [this](ByteCount size) { return size <= room_on_disk(); };
  shards_.begin_deletion = [this](NodeId owner, std::vector<ShardId> shards) {
    return agreements_as_holder_.begin_deletion(owner, std::move(shards));
  };
  agreements_as_owner_.on_missing = [this](const NodeId& holder, std::vector<ShardId> shards,
                                           agreement::Missing why) {
    background_.spawn(take_missing(holder, std::move(shards), why));
  };
  reporter_.on_reported = [this](NodeId holder, std::vector<ShardId> shards) {
    return take_report(holder, std::move(shards));
  };
  scores_.on_state_change = [this](const NodeId& node, reputation::NodeState from, reputation::NodeState to) {
    using Kind = events::NodeState::Kind;
    events_.add(events::NodeState{node, Kind::reputation, std::string(wire::state_name(from)),
                                  std::string(wire::state_name(to))});
    repairs_.wake();
  };
  files_.is_counted = [this](const NodeId& holder, const ShardId& shard) {
    return repairs_.is_counted(holder, shard);
  };
  seeker_.wanted = [this] {
    std::vector<NodeId> holders;
    for (const auto& [id, holder] : repairs_.planner().holders().all()) holders.push_back(id);
    for (const auto& id : agreements_.in_state(agreement::Role::owner, agreement::State::ending)) {
      holders.push_back(agreements_.find(id)->peer);
    }
    return holders;
  };
  files_.seek = [this](NodeId id) { return seeker_.seek(id); };
  files_.is_given_up = [this](const NodeId& holder) { return repairs_.is_given_up(holder); };
  files_.kept_by = [this](const NodeId& holder) {
    const auto* agreement = agreements_.with(agreement::Role::owner, holder);
    const auto agreed = agreement == nullptr ? ByteCount() : agreement->revision.bytes;
    const auto waiting = joins_.holders().find(holder);
    auto out = agreed + (waiting == joins_.holders().end() ? ByteCount() : waiting->second);
    for (const auto& id : agreements_.ending_with(agreement::Role::owner, holder)) {
      const auto& ending = *agreements_.find(id);
      if (ending.rejoins) out += ending.revision.bytes;
    }
    return out;
  };
}

holder::Unclaimed::Hooks Engine::unclaimed_hooks() {
  return {[this](ShardKey key) { return agreements_as_holder_.has(key.owner, key.shard); },
          [this](ShardKey key) { return drop_unclaimed(key); }};
}

/// Its owner is told, should it still be there: it may count on this copy.
Task<Result<void>> Engine::drop_unclaimed(ShardKey key) {
  const auto deletion =
      co_await async::with_timeout(ports_.clock, agreements_as_holder_.begin_deletion(key.owner, {key.shard}),
                                   kDropPatience, "calls of its owner are being answered");
  if (!deletion) co_return std::unexpected(deletion.error());
  co_return co_await lost_shards_.take_out(key);
}

audit::OwnerPorts Engine::auditor_ports() {
  return {ports_.executor,
          ports_.clock,
          ports_.random,
          ports_.crypto_pool,
          ports_.meta,
          ports_.transport,
          identity_,
          [this](const NodeId& node) { return directory_.address_of(node); },
          [this](const NodeId& node) { return agreements_as_owner_.is_changing(node); },
          [this](const NodeId& node) {
            const auto* known = directory_.find(node);
            return known != nullptr && known->answered && !known->failing;
          }};
}

repair::Hooks Engine::repair_hooks() {
  repair::Hooks hooks;
  hooks.holders = [this] {
    std::vector<NodeId> out;
    for (const auto& id : agreements_.in_state(agreement::Role::owner, agreement::State::active)) {
      out.push_back(agreements_.find(id)->peer);
    }
    // Those that gave a receipt, and no agreement yet.
    for (const auto& [holder, bytes] : joins_.holders()) out.push_back(holder);
    // And those that may keep what is to be deleted, until they are given up.
    std::ranges::copy(cleaner_.awaited(), std::back_inserter(out));
    return out;
  };
  hooks.on_returned = [this](const NodeId& holder) {
    const auto* agreement = agreements_.with(agreement::Role::owner, holder);
    if (agreement == nullptr) return;
    // Refused where one is under way or the epoch has had its share: then the next one tells as well.
    if (const auto asked = auditor_.request_now(agreement->id); !asked) {
      log(LogLevel::debug, "audit", "a holder that is back is audited later: {}", to_string(asked.error()));
    }
  };
  // The agreement stays until the holder can be told, should that ever be; nothing else asks about it.
  hooks.on_given_up = [this](const NodeId& holder) {
    const auto* agreement = agreements_.with(agreement::Role::owner, holder);
    // Its deletions are forgotten first, for they know it by the agreement after a restart.
    if (agreement == nullptr || !cleaner_.is_done_with(holder)) return;
    background_.spawn(end_agreement(agreement->id));
  };
  hooks.on_event = [this](const repair::Event& event) { take_repair_event(event); };
  return hooks;
}

bool Engine::has_agreement_with(const NodeId& owner, const AgreementId& id) const {
  const auto* agreement = agreements_.find(id);
  return agreement != nullptr && agreement->role == agreement::Role::holder && agreement->peer == owner;
}

void Engine::take_verdict(const audit::Verdict& verdict) {
  // A chained audit that passed is a signal of where the data is, not one more batch.
  const bool is_signal = verdict.chained_step && verdict.outcome == audit::Outcome::passed;
  // Its report has cost it something already: until the copies are made, every audit finds the same.
  const auto outcome = verdict.was_reported ? audit::Outcome::unknown : verdict.outcome;
  if (!is_signal) scores_.record_audit(verdict.holder, outcome, verdict.at);
  if (verdict.chained_step) scores_.record_step(verdict.holder, *verdict.chained_step);
  verdict_sender_.send(
      {verdict.holder, verdict.agreement, verdict.epoch, verdict.serial, outcome, verdict.at});
  events_.add(events::Verdict{verdict.id.hex(), verdict.holder, verdict.agreement, verdict.epoch,
                              std::string(wire::outcome_name(outcome))});
  if (verdict.disagrees) agreements_as_owner_.compare(verdict.holder);
  if (verdict.outcome == audit::Outcome::passed) repairs_.audit_passed(verdict.holder);
  if (verdict.outcome != audit::Outcome::unknown)
    repairs_.audit_called(verdict.holder, verdict.outcome != audit::Outcome::offline);
  if (!verdict.lost.empty() && !verdict.was_reported) {
    // Known already, unless the disk did not take it then.
    background_.spawn(lose(verdict.holder, verdict.lost, repair::Reason::failed_audit));
  }
}

void Engine::take_repair_event(const repair::Event& event) {
  using Kind = repair::Event::Kind;
  if (event.kind == Kind::shard_lost) {
    events::ShardLost lost{event.holder, event.shard, std::nullopt, std::nullopt,
                           std::string(repair::reason_name(event.reason))};
    if (event.key) {
      lost.file = event.key->file;
      lost.index = event.key->index;
    }
    events_.add(std::move(lost));
  } else if (event.kind == Kind::shard_repaired && event.repair && event.repair->to) {
    const auto& repair = *event.repair;
    events_.add(events::ShardRepaired{repair.key.file, repair.key.index, repair.shard, repair.from,
                                      *repair.to, std::string(repair::reason_name(repair.reason))});
  } else if (event.kind == Kind::node_state) {
    events_.add(events::NodeState{event.holder, events::NodeState::Kind::presence,
                                  std::string(repair::state_name(event.from)),
                                  std::string(repair::state_name(event.to))});
  }
}

/// Of what is not, or not any more, kept there it means nothing.
Task<Result<void>> Engine::take_report(NodeId holder, std::vector<ShardId> shards) {
  bool is_news = false;
  for (const auto& shard : shards) {
    const auto place = co_await catalog_.place_of(holder, shard);
    if (!place) co_return std::unexpected(place.error());
    is_news = is_news || place->has_value();
  }
  if (!is_news) co_return Result<void>();
  auto done = co_await repairs_.shards_lost(holder, std::move(shards), repair::Reason::rot);
  if (done) scores_.record_self_report(holder, ports_.clock.wall_now());
  co_return done;
}

Task<> Engine::end_agreement(AgreementId id) {
  const auto done = co_await agreements_as_owner_.end(id);
  if (!done) log(LogLevel::warn, "agreement", "agreement={}: {}", id.hex(), to_string(done.error()));
}

/// By an audit. True where the holder had reported all of it before.
Task<Result<bool>> Engine::note_found_lost(NodeId holder, std::vector<ShardId> shards) {
  auto news = co_await repairs_.unreported(holder, std::move(shards));
  if (!news) co_return std::unexpected(news.error());
  if (news->empty()) co_return true;
  const auto done = co_await repairs_.shards_lost(holder, std::move(*news), repair::Reason::failed_audit);
  if (!done) co_return std::unexpected(done.error());
  co_return false;
}

/// What has been deleted or reported meanwhile is nobody's fault.
Task<> Engine::take_missing(NodeId holder, std::vector<ShardId> shards, agreement::Missing why) {
  if (why == agreement::Missing::denied) {
    const auto news = co_await repairs_.unreported(holder, shards);
    if (news && !news->empty()) scores_.record_denial(holder, ports_.clock.wall_now());
  }
  co_await lose(holder, std::move(shards), repair::Reason::rot);
}

/// Until it is on disk: nobody tells of it again.
Task<> Engine::lose(NodeId holder, std::vector<ShardId> shards, repair::Reason reason) {
  for (;;) {
    const auto done = co_await repairs_.shards_lost(holder, shards, reason);
    if (done) co_return;
    log(LogLevel::warn, "repair", "lost shards cannot be noted: {}", to_string(done.error()));
    co_await ports_.clock.sleep_for(kLossRetry);
  }
}

}  // namespace mycostr::engine
