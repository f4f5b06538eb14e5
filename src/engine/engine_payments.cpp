// What payments need of the rest of the node, and tell it.
#include "base/log.hpp"
#include "engine/engine.hpp"
#include "holder/eviction.hpp"

namespace mycostr::engine {

payment::Ports Engine::payment_ports() {
  return {ports_.executor,
          ports_.clock,
          ports_.random,
          ports_.transport,
          ports_.meta,
          ports_.wallet != nullptr ? *ports_.wallet : no_wallet_,
          identity_,
          [this](const NodeId& node) {
            return directory_.is_live(node) ? directory_.address_of(node) : std::nullopt;
          },
          [this](const AgreementId& agreement, WallTime start, WallTime end) {
            return audit_word(agreement, start, end);
          },
          [this](const NodeId& holder) { return agreements_as_owner_.is_changing(holder); },
          [](const NodeId& owner, bool is_stopped) {
            log(LogLevel::warn, "payment", "owner={} {}", short_hex(owner.view()),
                is_stopped ? "has not paid for long: nothing more is taken of it" : "may store again");
          },
          [this](NodeId owner) { return evict(owner); }};
}

/// One failure is the hour's; else one proof is enough. Chained audits are signals: only what they show to be
/// lost counts.
wire::AuditWord Engine::audit_word(const AgreementId& agreement, WallTime start, WallTime end) const {
  using Outcome = audit::Outcome;
  auto word = wire::AuditWord::unknown;
  audit::Filter filter;
  filter.agreement = agreement;
  filter.since = start;
  filter.limit = SIZE_MAX;
  for (const auto& record : audits_.list(filter)) {
    if (record.at >= end) break;
    if (record.outcome == Outcome::failed) return wire::AuditWord::failed;
    if (record.chained) continue;
    if (record.outcome == Outcome::passed) word = wire::AuditWord::passed;
    const bool is_missed = record.outcome == Outcome::offline || record.outcome == Outcome::contained;
    if (is_missed && word == wire::AuditWord::unknown) word = wire::AuditWord::missed;
  }
  // Of one that was given up nothing could be asked any more: that is not to be paid for.
  const auto* found = agreements_.find(agreement);
  const bool is_given_up = found != nullptr && found->role == agreement::Role::owner && found->rejoins;
  if (is_given_up && word == wire::AuditWord::unknown) return wire::AuditWord::missed;
  return word;
}

Task<Result<void>> Engine::evict(NodeId owner) {
  log(LogLevel::warn, "payment", "owner={} has not paid: its shards are deleted", short_hex(owner.view()));
  co_await shards_.wait_for_writes(owner);
  auto done = co_await holder::delete_all_of(ports_.chunks, leaf_hashes_, owner);
  if (done) done = co_await agreements_as_holder_.end_unpaid(owner);
  co_return done;
}

void Engine::connect_payments() {
  shards_.accepts = [this](const NodeId& owner) { return payments_.unpaid().accepts(owner); };
  payments_.hooks.on_statement = [this](const payment::StatementEvent& event) {
    const auto& statement = event.statement;
    events_.add(
        events::Statement{.agreement = statement.agreement,
                          .number = statement.number,
                          .peer = event.peer,
                          .role = std::string(agreement::role_name(event.role)),
                          .start = statement.start,
                          .end = statement.end,
                          .byte_seconds = to_string(wire::Wide(statement.figures.byte_ms.value / 1000)),
                          .amount = statement.amount,
                          .audit = std::string(wire::audit_word_name(statement.figures.audit)),
                          .state = std::string(payment::state_name(event.state))});
  };
  payments_.hooks.on_payment = [this](const payment::Payment& payment) {
    events_.add(events::Payment{.id = payment.id.hex(),
                                .direction = std::string(payment::direction_name(payment.direction)),
                                .peer = payment.settlement.peer,
                                .agreement = payment.settlement.agreement,
                                .amount = payment.settlement.amount,
                                .fee = payment.fee,
                                .state = std::string(payment::state_name(payment.state)),
                                .payment_hash = payment.has_invoice() ? payment.hash.hex() : "",
                                .problem = payment.problem});
  };
  payments_.hooks.on_channel = [this](const payment::ChannelIntent& intent) {
    events_.add(events::Channel{.peer = intent.peer,
                                .lightning_key = intent.key.hex(),
                                .state = std::string(payment::state_name(intent.state)),
                                .capacity_sat = intent.capacity_sat,
                                .point = intent.point,
                                .why = intent.why});
  };
}

}  // namespace mycostr::engine
