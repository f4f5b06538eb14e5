#include "unit/payment/paying_world.hpp"

#include <set>

namespace mycostr::payment {

Settings PayingWorld::default_settings() {
  Settings out;
  out.wallet = Settings::Wallet::lnd;
  return out;
}

PayingWorld::PayingWorld(std::uint64_t seed, Settings chosen)
    : random(seed),
      lightning(clock, seed + 1),
      network(loop, clock, trace, seed + 2),
      settings(chosen),
      owner(*this, agreement::Role::owner, seed + 3, 1),
      holder(*this, agreement::Role::holder, seed + 4, 2) {
  owner.start();
  holder.start();
  make_agreement();
}

PayingWorld::~PayingWorld() {
  for (auto* side : {&owner, &holder}) {
    if (side->is_up()) side->crash(test::Crash::process_kill);
  }
}

PayingWorld::Life::Life(PayingWorld& world, MetaStore& store, const std::string& name)
    : agreements(store), ledger(store), book(store), peers(store), tasks(world.loop.get_executor(), name) {
  EXPECT_TRUE(world.clock.run(agreements.open()));
  EXPECT_TRUE(world.clock.run(ledger.open()));
  EXPECT_TRUE(world.clock.run(book.open()));
  EXPECT_TRUE(world.clock.run(peers.open()));
}

PayingWorld::Side::Side(PayingWorld& of, agreement::Role plays, std::uint64_t seed, unsigned number)
    : world(of),
      role(plays),
      identity(world.random.make<crypto::Identity::Seed>()),
      endpoint{"10.0.0." + std::to_string(number), 4081},
      meta(world.clock, power, world.trace, seed),
      transport(world.network.add({identity.id(), identity.public_key()}, endpoint, power)),
      wallet(world.lightning.add(10'000'000)) {}

void PayingWorld::Side::start() {
  power.on();
  transport.begin_life();
  life = std::make_unique<Life>(world, meta, role == agreement::Role::owner ? "owner" : "holder");
  life->book.on_change = [this](const Payment& payment) { changes.push_back(payment); };
  if (role == agreement::Role::owner) {
    const auto address_of = [&other = world.holder](const NodeId& node) {
      return std::optional(PeerAddress{node, {other.endpoint}, false});
    };
    life->payer = std::make_unique<Payer>(
        PayerPorts{world.loop.get_executor(), world.clock, world.random, transport, wallet, address_of},
        life->ledger, life->book, life->peers, world.settings);
    life->tasks.spawn(life->payer->run());
    if (!world.has_channels) return;
    life->channels = std::make_unique<ChannelKeeper>(
        ChannelPorts{world.clock, meta, wallet}, life->agreements, life->ledger, life->peers, world.settings);
    life->channels->on_change = [this](const ChannelIntent& intent) { world.intents.push_back(intent); };
    EXPECT_TRUE(world.clock.run(life->channels->open()));
    life->tasks.spawn(life->channels->run());
  } else {
    life->payee = std::make_unique<Payee>(PayeePorts{world.clock, world.random, wallet, identity},
                                          life->agreements, life->ledger, life->book, world.settings);
    transport.serve(*this);
    life->tasks.spawn(life->payee->run());
  }
}

void PayingWorld::Side::crash(test::Crash kind) {
  power.off();
  meta.crash(kind);
  world.clock.run(transport.end_life());
  world.clock.run(life->tasks.close());
  life.reset();
}

Task<Result<PeerReply>> PayingWorld::Side::handle(PeerRequest& request) {
  const auto& operation = request.operation();
  auto& payee = *life->payee;
  if (operation == wire::operations::kCancelInvoice && world.holder_lies) {
    const auto ask = *wire::decode_cancel_invoice(request.message());
    const wire::InvoiceCancelled word{ask.agreement, ask.settlement, ask.attempt, ask.hash,
                                      world.clock.wall_now()};
    co_return PeerReply{
        wire::encode(wire::CancelReply(wire::encode_invoice_cancelled(word, identity))), {}, {}};
  }
  if (operation == wire::operations::kAskInvoice) co_return co_await payee.handle_invoice(request);
  if (operation == wire::operations::kTellPaid) co_return co_await payee.handle_paid(request);
  if (operation == wire::operations::kCancelInvoice) co_return co_await payee.handle_cancel(request);
  co_return fail(Errc::invalid, "no such operation");
}

void PayingWorld::make_agreement() {
  const wire::Terms terms{.owner_key = owner.identity.public_key(),
                          .holder_key = holder.identity.public_key(),
                          .price_msat_per_tb_month = 1000,
                          .since = clock.wall_now(),
                          .network_id = "test",
                          .nonce = random.make<wire::TermsNonce>()};
  const auto payload = wire::encode(terms);
  const wire::CoSigned both{payload, owner.identity.sign(wire::kTermsPurpose, payload),
                            holder.identity.sign(wire::kTermsHolderPurpose, payload)};
  id = wire::agreement_id(payload);
  for (auto* side : {&owner, &holder}) {
    auto agreement = agreement::make_agreement(side->role, terms, both);
    EXPECT_TRUE(clock.run(side->life->agreements.save({std::move(agreement)}, {}, Durability::synced)));
  }
}

void PayingWorld::owe(std::int64_t msat, bool is_last) {
  const auto* account = owner.life->ledger.find(id);
  wire::Statement statement;
  statement.agreement = id;
  statement.number = account == nullptr ? 1 : account->number + 1;
  statement.start = account == nullptr ? owner.life->agreements.find(id)->terms.since : account->end;
  statement.end = std::max(clock.wall_now(), statement.start + std::chrono::milliseconds(1));
  statement.amount = Msat{msat};
  owed += msat;
  statement.total = Msat{owed};
  statement.is_last = is_last;
  const auto payload = wire::encode(statement);
  const wire::CoSigned both{payload, owner.identity.sign(wire::kStatementPurpose, payload),
                            holder.identity.sign(wire::kStatementHolderPurpose, payload)};
  const auto agree = [&](Side& side, const Side& other) {
    Ledger::Agreed agreed{};
    agreed.statement = statement;
    agreed.signed_by_both = both;
    EXPECT_TRUE(clock.run(side.life->ledger.agree(side.role, other.identity.id(), {std::move(agreed)})));
  };
  // The holder keeps it before it answers.
  agree(holder, owner);
  agree(owner, holder);
  owner.life->payer->wake();
}

bool PayingWorld::pass_until_paid(Duration longest) {
  const auto end = clock.now() + longest;
  const auto is_paid = [&] {
    return owner.is_up() && holder.is_up() && owners().owed().value == 0 && holders().owed().value == 0;
  };
  while (clock.now() < end && !is_paid()) pass(std::chrono::milliseconds(100));
  return is_paid();
}

std::vector<Payment> PayingWorld::payments(Side& side) {
  const auto out = clock.run(side.life->book.list({.limit = 100'000}));
  EXPECT_TRUE(out);
  return out ? *out : std::vector<Payment>();
}

std::string PayingWorld::state() {
  std::string out;
  for (auto* side : {&owner, &holder}) {
    const auto* account = side->life->ledger.find(id);
    out += fmt::format("{} owes {} of {}, settlement {}, statements {}\n", agreement::role_name(side->role),
                       account->owed().value, account->total.value, account->settlement, account->number);
    for (const auto& payment : payments(*side)) {
      if (payment.state == PaymentState::settled) continue;
      const auto status = clock.run(side->wallet.track(payment.hash));
      out += fmt::format("  {} {} msat {} attempt {} sends {} abandoned {} wallet {}: {}\n",
                         payment.settlement.number, payment.settlement.amount.value,
                         state_name(payment.state), payment.attempt, payment.sends, payment.abandoned.size(),
                         status ? static_cast<int>(status->state) : -1, payment.problem);
    }
  }
  return out;
}

void PayingWorld::expect_paid_once() {
  EXPECT_EQ(lightning.check(), "");
  std::map<Digest, Msat> arrived;
  std::int64_t sum = 0;
  for (const auto& paid : lightning.paid()) {
    EXPECT_TRUE(arrived.emplace(paid.description_hash, paid.amount).second)
        << "one settlement was paid twice";
    sum += paid.amount.value;
  }
  EXPECT_EQ(sum, owed);
  EXPECT_EQ(owners().settled.value, owed);
  EXPECT_EQ(holders().settled.value, owed);
  for (auto* side : {&owner, &holder}) {
    std::int64_t receipts = 0;
    for (const auto& payment : payments(*side)) {
      EXPECT_EQ(payment.state, PaymentState::settled);
      if (payment.preimage) EXPECT_TRUE(opens(*payment.preimage, payment.hash));
      EXPECT_EQ(arrived[payment.settlement.digest], payment.settlement.amount);
      receipts += payment.settlement.amount.value;
    }
    EXPECT_EQ(receipts, owed);
  }
}

}  // namespace mycostr::payment
