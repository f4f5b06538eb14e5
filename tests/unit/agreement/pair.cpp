#include "unit/agreement/pair.hpp"

#include "crypto/merkle.hpp"

namespace mycostr::agreement {
namespace {
constexpr auto kDisk = 64_MiB;
}  // namespace

Pair::Pair(std::uint64_t seed)
    : random(seed),
      chunks(clock, power, trace, seed, kDisk),
      owner_identity(random.make<crypto::Identity::Seed>()),
      holder_identity(random.make<crypto::Identity::Seed>()),
      other_identity(random.make<crypto::Identity::Seed>()) {
  power.on();
  chunks.set_capacity(kDisk);
  start_owner();
  start_holder();
  other = std::make_unique<HolderLife>(*this, other_meta, other_identity, other_price);
}

Pair::~Pair() {
  clock.run(owner->tasks.close());
  clock.run(holder->tasks.close());
  clock.run(other->tasks.close());
}

OwnerPorts Pair::owner_ports() {
  const auto find = [this](const NodeId& node) -> std::optional<HolderContact> {
    if (node == other_identity.id())
      return HolderContact{{node, {}, false}, other_identity.public_key(), *other_price};
    if (!holder_is_known || node != holder_identity.id()) return std::nullopt;
    return HolderContact{{node, {}, false}, holder_identity.public_key(), told_price};
  };
  return {loop.get_executor(),
          clock,
          random,
          pool,
          *this,
          owner_meta,
          owner_identity,
          "test",
          {},
          most_price,
          find,
          [](const NodeId&) {},
          [this](const NodeId& node) { return owes_answer && node == holder_identity.id(); },
          [this](const NodeId& node) { return is_asked && node == holder_identity.id(); },
          [this](const NodeId& node) { denials += node == holder_identity.id() ? 1 : 0; }};
}

Pair::OwnerLife::OwnerLife(Pair& pair)
    : book(pair.owner_meta),
      joins(pair.owner_meta),
      service(pair.owner_ports(), book, joins),
      tasks(pair.loop.get_executor(), "owner") {}

Pair::HolderLife::HolderLife(Pair& pair, test::MemoryMetaStore& meta, const crypto::Identity& identity,
                             std::optional<std::uint64_t>& price)
    : book(meta),
      service({pair.clock, pair.pool, meta, pair.chunks, identity, "test", [&price] { return price; }}, book),
      tasks(pair.loop.get_executor(), "holder") {
  EXPECT_TRUE(pair.clock.run(book.open()));
  tasks.spawn(service.run());
}

void Pair::start_owner() {
  owner = std::make_unique<OwnerLife>(*this);
  EXPECT_TRUE(clock.run(owner->book.open()));
  EXPECT_TRUE(clock.run(owner->joins.open()));
  EXPECT_TRUE(clock.run(owner->service.open()));
  owner->service.on_missing = [this](const NodeId& holder_id, std::vector<ShardId> shards, Missing why) {
    EXPECT_EQ(holder_id, holder_identity.id());
    missing.insert(missing.end(), shards.begin(), shards.end());
    why_missing = why;
  };
  owner->tasks.spawn(owner->service.run());
}

void Pair::start_holder() {
  holder = std::make_unique<HolderLife>(*this, holder_meta, holder_identity, asked_price);
}

void Pair::restart_owner() {
  clock.run(owner->tasks.close());
  start_owner();
}

void Pair::restart_holder() {
  clock.run(holder->tasks.close());
  start_holder();
}

wire::ShardEntry Pair::stored_shard() {
  const wire::ShardEntry shard{random.make<ShardId>(), {4096 * (1 + random.below(2))}};
  auto reserved = chunks.reserve(shard.size);
  EXPECT_TRUE(reserved);
  EXPECT_TRUE(clock.run(
      chunks.put(std::move(*reserved), {owner_identity.id(), shard.id}, Buffer::allocate(shard.size.value))));
  return shard;
}

void Pair::queue_at(const NodeId& at, const wire::ShardEntry& shard) {
  WriteBatch batch;
  JoinQueue::add(batch, at, shard);
  owner_meta.apply(std::move(batch));
  owner->joins.added(at, shard.size);
}

Result<void> Pair::leave(std::vector<ShardId> shards) {
  return clock.run(owner->service.leave(holder_identity.id(), std::move(shards)));
}

Task<Result<PeerReply>> Pair::call(PeerAddress to, PeerCall call, CallLimits) {
  if (to.id == other_identity.id())
    co_return co_await answer(other->service, owner_identity, std::move(call));
  calls.push_back(call.operation);
  if (line == Line::dead) co_return fail(Errc::unreachable, "the line is dead");
  if (lie) {
    if (auto lied = lie(call)) co_return std::move(*lied);
  }
  if (line == Line::stalls) co_return fail(Errc::timeout, "nothing comes");
  auto reply = co_await answer(holder->service, owner_identity, std::move(call));
  if (line == Line::loses_answers) co_return fail(Errc::timeout, "the answer was lost");
  co_return reply;
}

Task<Result<PeerReply>> Pair::answer(HolderService& service, const crypto::Identity& from, PeerCall call) {
  const auto operation = call.operation;
  test::LocalRequest request({from.id(), from.public_key()}, std::move(call));
  if (operation == wire::operations::kProposeAgreement) {
    co_return co_await service.handle_propose(request);
  }
  co_return co_await service.handle_change(request);
}

Result<PeerReply> Pair::send_as(const crypto::Identity& from, const char* operation, Bytes message) {
  return clock.run(answer(holder->service, from, {operation, std::move(message), {}}));
}

Result<PeerReply> Pair::send(const char* operation, Bytes message) {
  return send_as(owner_identity, operation, std::move(message));
}

std::size_t Pair::rows_of(const test::MemoryMetaStore& meta, std::string_view prefix) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(meta.rows(), [&](const auto& row) { return row.first.starts_with(prefix); }));
}

std::set<ShardId> Pair::set_on(test::MemoryMetaStore& meta, const Agreement& agreement) {
  ShardSet set(meta, pool, agreement.id);
  EXPECT_TRUE(clock.run(set.load()));
  EXPECT_EQ(set.root(), agreement.revision.root);
  EXPECT_EQ(set.bytes(), agreement.revision.bytes);
  std::vector<std::uint64_t> slots;
  for (std::uint64_t i = 0; i < set.size(); ++i) slots.push_back(i);
  const auto entries = clock.run(set.entries(slots));
  EXPECT_TRUE(entries) << to_string(entries.error());
  std::vector<Digest> leaves;
  std::set<ShardId> out;
  for (const auto& entry : *entries) {
    leaves.push_back(wire::leaf_of(entry));
    out.insert(entry.id);
  }
  EXPECT_EQ(crypto::merkle_root_of_leaves(leaves), agreement.revision.root);
  EXPECT_EQ(rows_of(meta, "gs/"), out.size());
  return out;
}

void Pair::expect_agreed(const std::set<ShardId>& shards) {
  const auto* mine = at_owner();
  const auto* theirs = at_holder();
  ASSERT_TRUE(mine != nullptr && theirs != nullptr);
  ASSERT_EQ(mine->id, theirs->id);
  EXPECT_EQ(mine->signed_terms, theirs->signed_terms);
  EXPECT_EQ(mine->signed_revision, theirs->signed_revision);
  EXPECT_TRUE(wire::verify_terms(mine->signed_terms));
  EXPECT_TRUE(wire::verify_revision(mine->signed_revision, mine->terms));
  EXPECT_EQ(mine->revision.shards, shards.size());
  EXPECT_EQ(set_on(owner_meta, *mine), shards);
  EXPECT_EQ(set_on(holder_meta, *theirs), shards);
  EXPECT_EQ(rows_of(owner_meta, "gj/"), 0U);
  EXPECT_EQ(rows_of(owner_meta, "gc/"), 0U);
}

}  // namespace mycostr::agreement
