// The part of StatementSender that makes an agreement's open statements, sends them, and takes the answers.
#include "base/log.hpp"
#include "payment/statement_sender.hpp"

namespace mycostr::payment {
namespace {

constexpr CallLimits kLimits{.connect = std::chrono::seconds(5),
                             .progress = std::chrono::seconds(15),
                             .total = std::chrono::seconds(60)};

}  // namespace

/// True where the next exchange may bring more.
Task<Result<bool>> StatementSender::exchange(AgreementId id) {
  auto made = co_await make(id);
  if (!made) co_return std::unexpected(made.error());
  if (made->empty()) co_return false;
  show(id, *made);
  const auto* found = book_.find(id);
  if (found == nullptr) co_return false;
  auto agreement = *found;
  const auto address = ports_.address_of(agreement.peer);
  if (!address) co_return fail(Errc::unreachable, "nobody knows where the holder is");
  wire::AgreeStatements message;
  for (const auto& one : *made) message.statements.push_back(one.proposal);
  PeerCall call{wire::operations::kAgreeStatements, wire::encode(message), {}};
  const auto answer = co_await ports_.transport.call(*address, std::move(call), kLimits);
  if (!answer) co_return std::unexpected(answer.error());
  auto reply = wire::decode_agree_statements_reply(answer->message);
  if (!reply) co_return std::unexpected(reply.error());
  told(agreement.peer, reply->standing);
  if (reply->replies.size() > made->size()) co_return fail(Errc::invalid, "more answers than statements");
  co_return co_await take(std::move(agreement), std::move(*made), std::move(reply->replies));
}

Task<Result<std::vector<StatementSender::Made>>> StatementSender::make(AgreementId id) {
  std::vector<Made> out;
  const auto* agreement = book_.find(id);
  const auto at = open_.find(id);
  if (agreement == nullptr || at == open_.end()) co_return out;
  const auto open = at->second;
  auto basis = basis_of(*agreement, ledger_.find(id));
  for (std::size_t i = 0; i < open.ends.size(); ++i) {
    const auto end = open.ends[i];
    const bool is_last = open.has_last && i + 1 == open.ends.size();
    // Agreed on since the last look.
    if (end < basis.end || (end == basis.end && !is_last) || basis.is_closed) continue;
    const auto points = co_await ledger_.revisions(id, basis.revision, end);
    if (!points) co_return std::unexpected(points.error());
    const auto own = find(basis, *points, end, ports_.audit_word(id, basis.end, end));
    std::optional<wire::Figures> holders;
    const auto& dispute = open.dispute;
    if (dispute && dispute->number == basis.number + 1 && dispute->end == end) holders = dispute->figures;
    auto statement = propose(basis, own, end, is_last, holders);
    if (!statement) co_return std::unexpected(statement.error());
    basis = after(basis, *statement, own);
    auto payload = wire::encode(*statement);
    const auto signature = ports_.identity.sign(wire::kStatementPurpose, payload);
    out.push_back({std::move(*statement), own, {std::move(payload), signature}});
  }
  co_return out;
}

void StatementSender::show(const AgreementId& id, const std::vector<Made>& made) {
  std::vector<StatementRow> rows;
  for (const auto& one : made) {
    const auto state = one.statement.dispute ? StatementState::disputed : StatementState::open;
    rows.push_back({one.statement, {one.proposal.payload, one.proposal.signature, {}}, state});
  }
  ledger_.set_open(id, std::move(rows));
}

Task<Result<bool>> StatementSender::take(agreement::Agreement agreement, std::vector<Made> made,
                                         Replies replies) {
  using Outcome = wire::StatementReply::Outcome;
  std::vector<Ledger::Agreed> agreed;
  Result<bool> out = false;
  auto basis = basis_of(agreement, ledger_.find(agreement.id));
  for (std::size_t i = 0; i < replies.size(); ++i) {
    auto& reply = replies[i];
    if (reply.outcome == Outcome::refused) out = fail(reply.code, "refused: " + reply.detail);
    if (reply.outcome == Outcome::disputed) {
      const auto taken = take_dispute(agreement, made[i], reply.own_figures);
      out = taken ? Result<bool>(true) : std::unexpected(taken.error());
    }
    if (reply.outcome != Outcome::agreed) break;
    auto one = co_await agreed_by(agreement, basis, made[i], std::move(reply.signed_by_both));
    if (!one) out = std::unexpected(one.error());
    if (!one) break;
    basis = after(basis, one->statement, Finding{one->revision, one->bytes, one->root, {}});
    agreed.push_back(std::move(*one));
    // Another one than was sent: what was sent after it does not follow it.
    out = agreed.back().signed_by_both.payload != made[i].proposal.payload;
    if (*out) break;
  }
  if (agreed.empty()) co_return out;
  const auto kept = co_await ledger_.agree(agreement::Role::owner, agreement.peer, agreed);
  if (!kept) co_return std::unexpected(kept.error());
  for (const auto& one : agreed) say(agreement, StatementState::agreed, one.statement);
  co_return out;
}

Task<Result<Ledger::Agreed>> StatementSender::agreed_by(agreement::Agreement agreement, Basis basis,
                                                        Made made, wire::CoSigned signed_by_both) {
  const auto statement = wire::verify_statement(signed_by_both, agreement.terms);
  if (!statement) co_return std::unexpected(statement.error());
  auto own = made.own;
  if (signed_by_both.payload != made.proposal.payload) {
    const auto points = co_await ledger_.revisions(agreement.id, basis.revision, statement->end);
    if (!points) co_return std::unexpected(points.error());
    const auto found = check_adopted(basis, *points, *statement, ports_.clock.wall_now());
    if (!found) co_return std::unexpected(found.error());
    own = *found;
  }
  co_return Ledger::Agreed{*statement, std::move(signed_by_both), own.revision, own.bytes, own.root};
}

Result<void> StatementSender::take_dispute(const agreement::Agreement& agreement, const Made& made,
                                           ByteView own_figures) {
  auto own = wire::decode_own_figures(own_figures, agreement.terms.holder_key);
  if (!own) return std::unexpected(own.error());
  const auto& statement = made.statement;
  const bool is_of_it =
      own->agreement == agreement.id && own->number == statement.number && own->end == statement.end;
  if (!is_of_it) return fail(Errc::invalid, "figures of another statement");
  log(LogLevel::warn, "payment",
      "agreement={} statement={} is disputed: {} byte ms and {} here, {} and {} there", agreement.id.hex(),
      statement.number, wire::to_string(made.own.figures.byte_ms),
      wire::audit_word_name(made.own.figures.audit), wire::to_string(own->figures.byte_ms),
      wire::audit_word_name(own->figures.audit));
  if (const auto open = open_.find(agreement.id); open != open_.end()) open->second.dispute = std::move(*own);
  say(agreement, StatementState::disputed, statement);
  return {};
}

void StatementSender::say(const agreement::Agreement& agreement, StatementState state,
                          const wire::Statement& statement) {
  if (on_statement) on_statement({agreement::Role::owner, agreement.peer, state, statement});
}

}  // namespace mycostr::payment
