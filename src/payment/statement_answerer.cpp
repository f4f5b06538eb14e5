#include "payment/statement_answerer.hpp"

#include "base/log.hpp"

namespace mycostr::payment {
namespace {

using Outcome = wire::StatementReply::Outcome;

wire::StatementReply refused(const Error& error) {
  wire::StatementReply out;
  out.outcome = Outcome::refused;
  out.code = error.code;
  out.detail = error.detail;
  return out;
}

wire::StatementReply agreed(wire::CoSigned signed_by_both) {
  wire::StatementReply out;
  out.signed_by_both = std::move(signed_by_both);
  return out;
}

}  // namespace

class StatementAnswerer::InWork {
 public:
  InWork(std::set<NodeId>& owners, const NodeId& owner) : owners_(owners), owner_(owner) {
    owners_.insert(owner_);
  }
  ~InWork() { owners_.erase(owner_); }
  InWork(const InWork&) = delete;
  InWork& operator=(const InWork&) = delete;

 private:
  std::set<NodeId>& owners_;
  const NodeId owner_;
};

Task<Result<PeerReply>> StatementAnswerer::handle(PeerRequest& request) {
  auto message = wire::decode_agree_statements(request.message());
  if (!message) co_return std::unexpected(message.error());
  const auto owner = request.from().id;
  const auto first = wire::decode_statement(message->statements.front().payload);
  if (!first) co_return std::unexpected(first.error());
  const auto* found = book_.find(first->agreement);
  if (found == nullptr || found->role != agreement::Role::holder)
    co_return fail(Errc::not_found, "no such agreement");
  if (found->peer != owner) co_return fail(Errc::forbidden, "this agreement is another owner's");
  if (in_work_.contains(owner))
    co_return fail(Errc::overloaded, "another call of this owner is being answered");
  if (in_work_.size() >= kMaxCalls) co_return fail(Errc::overloaded, "too many calls about statements");
  const InWork in_work(in_work_, owner);
  const auto agreement = *found;
  auto answers = co_await answer(agreement, std::move(message->statements));
  if (!answers) co_return std::unexpected(answers.error());
  if (!answers->agreed.empty()) {
    // Synced: what is signed is promised.
    const auto kept = co_await ledger_.agree(agreement::Role::holder, owner, answers->agreed);
    if (!kept) {
      log(LogLevel::error, "payment", "could not keep a statement: {}", to_string(kept.error()));
      co_return std::unexpected(kept.error());
    }
  }
  for (const auto& one : answers->agreed) say(agreement, StatementState::agreed, one.statement);
  const auto standing = ports_.standing ? ports_.standing(owner) : wire::Standing();
  co_return PeerReply{
      wire::encode(wire::AgreeStatementsReply{std::move(answers->replies), standing}), {}, {}};
}

Task<Result<StatementAnswerer::Answers>> StatementAnswerer::answer(
    agreement::Agreement agreement, std::vector<wire::SignedPayload> proposals) {
  Answers out;
  auto basis = basis_of(agreement, ledger_.find(agreement.id));
  for (const auto& proposal : proposals) {
    auto reply = co_await answer_one(agreement, basis, proposal, out);
    if (!reply) co_return std::unexpected(reply.error());
    out.replies.push_back(std::move(*reply));
    if (out.replies.back().outcome != Outcome::agreed) break;
  }
  co_return out;
}

/// `basis` goes on with what is agreed. Errors: io, corrupt.
Task<Result<wire::StatementReply>> StatementAnswerer::answer_one(agreement::Agreement agreement, Basis& basis,
                                                                 wire::SignedPayload proposal, Answers& out) {
  const auto statement = wire::verify_proposed_statement(proposal, agreement.terms.owner_key);
  if (!statement) co_return refused(statement.error());
  if (statement->agreement != agreement.id)
    co_return refused({Errc::invalid, "statements of two agreements"});
  if (statement->number <= basis.number) {
    if (!out.agreed.empty()) co_return refused({Errc::invalid, "statements out of order"});
    co_return co_await answer_known(agreement.id, statement->number);
  }
  const auto points = co_await ledger_.revisions(agreement.id, basis.revision, statement->end);
  if (!points && points.error().code == Errc::full) co_return refused(points.error());
  if (!points) co_return std::unexpected(points.error());
  const auto word = ports_.audit_word(agreement.id, statement->start, statement->end);
  const auto checked = check(basis, *points, *statement, word, {ports_.clock.wall_now(), period_});
  if (!checked) co_return refused(checked.error());
  const auto& own = checked->own;
  if (!checked->agrees) {
    say(agreement, StatementState::disputed, *statement);
    co_return disputed(*statement, own);
  }
  const auto signature = ports_.identity.sign(wire::kStatementHolderPurpose, proposal.payload);
  wire::CoSigned signed_by_both{std::move(proposal.payload), proposal.signature, signature};
  basis = after(basis, *statement, own);
  out.agreed.push_back({*statement, signed_by_both, own.revision, own.bytes, own.root});
  co_return agreed(std::move(signed_by_both));
}

/// Agreed on before: that one, whatever the owner proposes now.
Task<Result<wire::StatementReply>> StatementAnswerer::answer_known(AgreementId agreement,
                                                                   std::uint64_t number) {
  auto known = co_await ledger_.statement(agreement, number);
  if (known) co_return agreed(std::move(known->signed_by_both));
  if (known.error().code == Errc::not_found) co_return refused(known.error());
  co_return std::unexpected(known.error());
}

wire::StatementReply StatementAnswerer::disputed(const wire::Statement& statement, const Finding& own) const {
  wire::StatementReply out;
  out.outcome = Outcome::disputed;
  const wire::OwnFigures figures{statement.agreement, statement.number, statement.end, own.revision,
                                 own.figures};
  out.own_figures = wire::encode_own_figures(figures, ports_.identity);
  return out;
}

void StatementAnswerer::say(const agreement::Agreement& agreement, StatementState state,
                            const wire::Statement& statement) {
  if (on_statement) on_statement({agreement::Role::holder, agreement.peer, state, statement});
}

}  // namespace mycostr::payment
