#include "unit/payment/statement_pair.hpp"

namespace mycostr::payment {

StatementPair::StatementPair(std::uint64_t seed, std::uint64_t price)
    : random(seed),
      owner_identity(random.make<crypto::Identity::Seed>()),
      holder_identity(random.make<crypto::Identity::Seed>()) {
  start_holder();
  start_owner();
  make_agreement(price);
}

StatementPair::~StatementPair() {
  stop_owner();
  clock.run(holder->tasks.close());
}

StatementPair::Side::Side(StatementPair& pair, test::MemoryMetaStore& store)
    : book(store), ledger(store), tasks(pair.loop.get_executor(), "side") {
  book.on_revision = Ledger::append_revision;
  EXPECT_TRUE(pair.clock.run(book.open()));
  EXPECT_TRUE(pair.clock.run(ledger.open()));
}

void StatementPair::stop_owner() {
  if (owner) clock.run(owner->tasks.close());
  owner.reset();
}

void StatementPair::start_owner() {
  owner = std::make_unique<Side>(*this, owner_meta);
  const auto address_of = [](const NodeId& node) { return std::optional(PeerAddress{node, {}, false}); };
  const auto word = [this](const AgreementId&, WallTime, WallTime) { return owners_word; };
  SenderPorts ports{loop.get_executor(), clock,      *this, owner_meta,
                    owner_identity,      address_of, word,  [this](const NodeId&) { return is_changing; }};
  owner->sender = std::make_unique<StatementSender>(std::move(ports), owner->book, owner->ledger, settings);
  owner->sender->on_statement = [this](const StatementEvent& event) { owner_events.push_back(event); };
  owner->tasks.spawn(owner->sender->run());
}

void StatementPair::start_holder() {
  holder = std::make_unique<Side>(*this, holder_meta);
  const auto word = [this](const AgreementId&, WallTime, WallTime) { return holders_word; };
  AnswererPorts ports{clock, holder_identity, word, [this](const NodeId&) { return standing; }};
  holder->answerer =
      std::make_unique<StatementAnswerer>(std::move(ports), holder->book, holder->ledger, settings);
  holder->answerer->on_statement = [this](const StatementEvent& event) { holder_events.push_back(event); };
}

void StatementPair::restart_owner() {
  stop_owner();
  start_owner();
}

void StatementPair::restart_holder() {
  clock.run(holder->tasks.close());
  holder.reset();
  start_holder();
}

void StatementPair::make_agreement(std::uint64_t price) {
  const wire::Terms terms{
      owner_identity.public_key(),    holder_identity.public_key(), price, clock.wall_now(), "test",
      random.make<wire::TermsNonce>()};
  const auto payload = wire::encode(terms);
  const wire::CoSigned both{payload, owner_identity.sign(wire::kTermsPurpose, payload),
                            holder_identity.sign(wire::kTermsHolderPurpose, payload)};
  id = wire::agreement_id(payload);
  save(*owner, agreement::make_agreement(agreement::Role::owner, terms, both));
  save(*holder, agreement::make_agreement(agreement::Role::holder, terms, both));
}

void StatementPair::save(Side& side, agreement::Agreement agreement) {
  EXPECT_TRUE(clock.run(side.book.save({std::move(agreement)}, {}, Durability::synced)));
}

void StatementPair::change(std::uint64_t bytes, bool answer_is_lost, bool ends) {
  catch_up();
  auto agreement = at_holder();
  wire::Revision revision;
  revision.agreement = id;
  revision.number = agreement.revision.number + 1 + random.below(2);
  revision.root = random.make<Digest>();
  revision.bytes = {bytes};
  revision.at = std::max(clock.wall_now(), agreement.revision.at);
  revision.ends = ends;
  const auto payload = wire::encode(revision);
  agreement.revision = revision;
  agreement.signed_revision = {payload, owner_identity.sign(wire::kRevisionPurpose, payload),
                               holder_identity.sign(wire::kRevisionHolderPurpose, payload)};
  if (ends) agreement.state = agreement::State::ended;
  save(*holder, std::move(agreement));
  is_changing = answer_is_lost;
  if (!answer_is_lost) catch_up();
}

void StatementPair::catch_up() {
  is_changing = false;
  if (at_owner().revision.number == at_holder().revision.number) return;
  auto agreement = at_holder();
  agreement.role = agreement::Role::owner;
  agreement.peer = holder_identity.id();
  save(*owner, std::move(agreement));
}

void StatementPair::set_state(agreement::Role role, agreement::State state) {
  auto& side = role == agreement::Role::owner ? *owner : *holder;
  auto agreement = *side.book.find(id);
  agreement.state = state;
  save(side, std::move(agreement));
}

Account StatementPair::account_of(Side& side) {
  const auto* account = side.ledger.find(id);
  return account == nullptr ? Account() : *account;
}

std::vector<StatementRow> StatementPair::statements_of(Side& side, bool newest_first) {
  auto rows = clock.run(side.ledger.statements(id, 0, 100'000, newest_first));
  EXPECT_TRUE(rows);
  return rows ? *rows : std::vector<StatementRow>();
}

void StatementPair::expect_agreed() {
  const auto ours = statements_of(*owner);
  const auto theirs = statements_of(*holder);
  ASSERT_EQ(ours.size(), theirs.size());
  auto end = at_owner().terms.since;
  wire::Uint128 units = 0;
  std::int64_t amounts = 0;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    const auto& statement = ours[i].statement;
    EXPECT_EQ(ours[i].signed_by_both, theirs[i].signed_by_both);
    EXPECT_TRUE(wire::verify_statement(ours[i].signed_by_both, at_owner().terms));
    EXPECT_EQ(statement.number, i + 1);
    EXPECT_EQ(statement.start, end);
    end = statement.end;
    if (wire::earns(statement.figures.audit))
      units += statement.figures.byte_ms.value * at_owner().terms.price_msat_per_tb_month;
    amounts += statement.amount.value;
    EXPECT_EQ(statement.total.value, amounts);
  }
  EXPECT_EQ(static_cast<wire::Uint128>(amounts), units / kUnitsPerMsat.value);
  EXPECT_EQ(owners().total, Msat{amounts});
  EXPECT_EQ(owners().remainder.value, units % kUnitsPerMsat.value);
  EXPECT_EQ(owners().total, holders().total);
  EXPECT_EQ(owners().remainder, holders().remainder);
  EXPECT_EQ(owners().number, holders().number);
  EXPECT_EQ(owners().end, holders().end);
}

wire::SignedPayload StatementPair::signed_by_owner(const wire::Statement& statement) const {
  auto payload = wire::encode(statement);
  const auto signature = owner_identity.sign(wire::kStatementPurpose, payload);
  return {std::move(payload), signature};
}

Result<wire::AgreeStatementsReply> StatementPair::send(std::vector<wire::Statement> statements) {
  wire::AgreeStatements message;
  for (const auto& statement : statements) message.statements.push_back(signed_by_owner(statement));
  test::LocalRequest request({owner_identity.id(), owner_identity.public_key()},
                             {wire::operations::kAgreeStatements, wire::encode(message), {}});
  const auto reply = clock.run(holder->answerer->handle(request));
  if (!reply) return std::unexpected(reply.error());
  return wire::decode_agree_statements_reply(reply->message);
}

Task<Result<PeerReply>> StatementPair::call(PeerAddress to, PeerCall call, CallLimits) {
  ++calls;
  EXPECT_EQ(*to.id, holder_identity.id());
  EXPECT_EQ(call.operation, wire::operations::kAgreeStatements);
  co_await clock.sleep_for(std::chrono::milliseconds(20));
  if (line == StatementLine::dead) co_return fail(Errc::unreachable, "the line is dead");
  test::LocalRequest request({owner_identity.id(), owner_identity.public_key()}, std::move(call));
  auto reply = co_await holder->answerer->handle(request);
  if (line == StatementLine::loses_answers) co_return fail(Errc::closed, "the answer is lost");
  co_return reply;
}

}  // namespace mycostr::payment
