#include "unit/audit/parties.hpp"

#include "agreement/shard_set.hpp"

namespace mycostr::audit {

Parties::Owner::Owner(Parties& parties)
    : book(parties.owner_meta),
      log(parties.owner_meta, parties.settings),
      auditor({parties.loop.get_executor(), parties.clock, parties.random, parties.pool, parties.owner_meta,
               parties, parties.vault.owner,
               [](const NodeId& id) { return PeerAddress{id, {{"10.0.0.1", 4081}}}; },
               [&parties](const NodeId&) { return parties.is_changing; },
               [&parties](const NodeId&) { return parties.answers_datagrams; }},
              book, log, parties.settings) {
  auditor.on_verdict = [&parties](const Verdict& verdict) { parties.verdicts.push_back(verdict); };
}

Parties::Holder::Holder(Parties& parties)
    : book(parties.holder_meta),
      leaf_hashes(parties.holder_meta),
      log(parties.holder_meta, parties.settings),
      prover({parties.loop.get_executor(), parties.clock, parties.random, parties.pool, parties.holder_meta,
              parties.chunks, parties.vault.holder},
             book, leaf_hashes, log, parties.settings) {
  prover.on_bad_shard = [&parties](const NodeId& by, const ShardId& shard) {
    EXPECT_EQ(by, parties.vault.owner.id());
    parties.bad_shards.push_back(shard);
  };
}

Parties::Parties(const std::vector<std::uint32_t>& shard_sizes, Settings chosen)
    : disk(clock, power, trace, 1, 1_GiB), vault(shard_sizes), settings(chosen) {
  power.on();
  disk.set_capacity(1_GiB);
  restart_holder();
  start_owner();
  agree_at_owner(vault);
  agree_at_holder(vault);
}

Parties::~Parties() {
  stop_owner();
}

void Parties::start_owner() {
  owner = std::make_unique<Owner>(*this);
  EXPECT_TRUE(clock.run(owner->book.open()));
  EXPECT_TRUE(clock.run(owner->log.open()));
  EXPECT_TRUE(clock.run(owner->auditor.open()));
  auditing = std::make_unique<test::Started>(loop, owner->auditor.run());
}

void Parties::stop_owner() {
  auditing->cancel();
  while (!auditing->ended()) clock.run_for(std::chrono::milliseconds(1));
  EXPECT_TRUE(auditing->was_cancelled());
}

void Parties::restart_owner() {
  stop_owner();
  start_owner();
}

void Parties::restart_holder() {
  holder = std::make_unique<Holder>(*this);
  EXPECT_TRUE(clock.run(holder->book.open()));
  EXPECT_TRUE(clock.run(holder->log.open()));
}

void Parties::agree_at(agreement::Book& book, test::MemoryMetaStore& meta, agreement::Role role,
                       const Vault& next) {
  agreement::ShardSet set(meta, pool, next.revision.agreement);
  ASSERT_TRUE(clock.run(set.load()));
  wire::Delta delta;
  delta.added.assign(next.entries().begin() + static_cast<std::ptrdiff_t>(set.size()), next.entries().end());
  auto draft = clock.run(set.prepare(delta));
  ASSERT_TRUE(draft) << to_string(draft.error());
  ASSERT_EQ(draft->root, next.revision.root);
  auto made = agreement::make_agreement(role, next.terms(), next.signed_terms);
  made.revision = next.revision;
  made.signed_revision = next.signed_revision;
  WriteBatch batch;
  draft->append_to(batch);
  ASSERT_TRUE(clock.run(book.save({made}, std::move(batch), Durability::synced)));
}

void Parties::agree_at_owner(const Vault& next) {
  agree_at(owner->book, owner_meta, agreement::Role::owner, next);
}

void Parties::agree_at_holder(const Vault& next) {
  for (std::size_t i = 0; i < next.entries().size(); ++i) {
    const auto& entry = next.entries()[i];
    const ShardKey key{next.owner.id(), entry.id};
    if (clock.run(disk.size_of(key))) continue;
    auto reserved = disk.reserve(entry.size);
    ASSERT_TRUE(reserved);
    ASSERT_TRUE(clock.run(disk.put(std::move(*reserved), key, Buffer::copy_of(next.data()[i]))));
    clock.run(holder->leaf_hashes.save(key, crypto::merkle_leaves(next.data()[i])));
  }
  agree_at(holder->book, holder_meta, agreement::Role::holder, next);
}

wire::Challenge Parties::challenge(std::uint32_t serial, std::uint32_t count) const {
  test::SeededRandom nonce(serial + 77);
  return {.agreement = vault.revision.agreement,
          .epoch = epoch(),
          .serial = serial,
          .revision = vault.revision.number,
          .root = vault.revision.root,
          .shards = vault.revision.shards,
          .nonce = nonce.make<Digest>(),
          .count = count,
          .kind = wire::AuditKind::plain};
}

std::vector<Outcome> Parties::outcomes() const {
  std::vector<Outcome> out;
  for (const auto& verdict : verdicts) out.push_back(verdict.outcome);
  return out;
}

Result<Bytes> Parties::ask_as(const crypto::Identity& from, const Bytes& challenge) {
  return clock.run(answer(from, challenge));
}

Task<Result<Bytes>> Parties::answer(const crypto::Identity& from, Bytes challenge) {
  test::LocalRequest request({from.id(), from.public_key()},
                             {wire::operations::kChallenge, std::move(challenge), {}});
  auto reply = co_await holder->prover.handle_challenge(request);
  if (!reply) co_return std::unexpected(reply.error());
  co_return std::move(reply->message);
}

Task<Result<PeerReply>> Parties::call(PeerAddress to, PeerCall call, CallLimits limits) {
  EXPECT_EQ(to.id, vault.holder.id());
  EXPECT_EQ(call.operation, wire::operations::kChallenge);
  asked.push_back(call.message);
  if (before_ask) before_ask();
  if (line) {
    if (*line == Errc::timeout) co_await clock.sleep_for(limits.progress);
    co_return fail(*line, "the line");
  }
  auto proof = co_await answer(vault.owner, std::move(call.message));
  if (!proof) co_return std::unexpected(proof.error());
  co_return PeerReply{std::move(*proof), {}, {vault.holder.id(), vault.holder.public_key()}};
}

}  // namespace mycostr::audit
