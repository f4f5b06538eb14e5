// A holder that has lost data, and says anything rather than that.
#include <gtest/gtest.h>

#include <algorithm>

#include "sim/repair_fixture.hpp"
#include "sim/seeds.hpp"

namespace mycostr::sim {
namespace {

/// In the place of a holder's engine: where an audit would show what is missing it disagrees on the agreement
/// instead, and goes on doing so to be given another one.
class Liar final : public PeerHandler {
 public:
  enum class Lie { unknown, conflict };
  Liar(engine::Engine& engine, Lie lie) : engine_(engine), lie_(lie) {}

  Task<Result<PeerReply>> handle(PeerRequest& request) override {
    const auto& operation = request.operation();
    if (operation == wire::operations::kChangeAgreement && owes_) co_return disagree();
    auto reply = co_await engine_.handle(request);
    if (operation != wire::operations::kChallenge || !reply) co_return reply;
    const auto proof = wire::decode_proof(reply->message);
    owes_ = proof && std::ranges::any_of(proof->proof.samples, &wire::ProofSample::missing);
    if (!owes_) co_return reply;
    ++lies_;
    co_return fail(Errc::conflict, "the agreement is at another revision here");
  }
  int lies() const { return lies_; }

 private:
  Result<PeerReply> disagree() const {
    if (lie_ == Lie::unknown) return fail(Errc::not_found, "no such agreement");
    return PeerReply{wire::encode(wire::ChangeReply{wire::ChangeReply::Outcome::conflict}), {}, {}};
  }

  engine::Engine& engine_;
  const Lie lie_;
  bool owes_ = false;
  int lies_ = 0;
};

/// Failed audits of a holder, and agreements with it that there have been.
struct Found {
  std::size_t failed = 0;
  std::set<AgreementId> agreements;
};

Found found_out(engine::Engine& owner, const NodeId& holder) {
  Found out;
  for (const auto& record : owner.audits().list({.limit = 10'000})) {
    if (record.peer != holder || record.role != agreement::Role::owner) continue;
    out.failed += record.outcome == audit::Outcome::failed ? 1 : 0;
    out.agreements.insert(record.agreement);
  }
  return out;
}

Task<> lie_about_what_is_lost(SimWorld& world, Liar::Lie lie) {
  RepairFixture it(world);
  co_await it.store_it();
  auto& holder = *(co_await it.holders()).front();
  Liar liar(holder.engine(), lie);
  holder.transport().serve(liar);
  // Half of what it keeps.
  std::size_t count = 0;
  std::vector<ShardKey> keys;
  for (const auto& [key, bytes] : holder.chunks().shards()) keys.push_back(key);
  for (const auto& key : keys) {
    if (key.owner == it.owner().id() && ++count % 2 == 0) holder.chunks().lose(key);
  }
  EXPECT_GE(count, 2U);
  co_await it.pass(3h);
  const auto found = found_out(it.owner().engine(), holder.id());
  EXPECT_GE(found.failed, 1U);
  EXPECT_GE(liar.lies(), 1);
  EXPECT_LE(found.agreements.size(), 1 + found.failed) << "another agreement costs a failure";
  co_await holder.stop();
}

TEST(Liar, IsFoundOutWhateverItSaysOfTheAgreement) {
  for (const auto lie : {Liar::Lie::unknown, Liar::Lie::conflict}) {
    for (std::uint64_t seed = 1; seed <= seeds_of(4); ++seed) {
      SCOPED_TRACE(seed);
      auto settings = world_of(8);
      settings.adjust = [](engine::EngineSettings& node) {
        shorten(node);
        node.audit.contain_for = 30min;
      };
      SimWorld world(settings, seed);
      world.run(lie_about_what_is_lost(world, lie));
    }
  }
}

/// One of several names of a machine with one disk: of each chunk it keeps one copy's bytes, and fetches
/// these when another of its names is asked.
class Sharer final : public PeerHandler {
 public:
  Sharer(SimNode& node, std::map<ShardKey, Buffer> kept) : node_(node), kept_(std::move(kept)) {}

  Task<Result<PeerReply>> handle(PeerRequest& request) override {
    if (request.operation() == wire::operations::kChallenge) co_await fetch_all();
    co_return co_await node_.engine().handle(request);
  }
  bool shares_any() const { return !kept_.empty(); }

 private:
  Task<> fetch_all() {
    for (const auto& [key, other_copy] : kept_) {
      if (node_.chunks().shards().contains(key)) continue;
      auto room = node_.chunks().reserve(ByteCount{other_copy.size()});
      if (room) (void)co_await node_.chunks().put(std::move(*room), key, other_copy);
    }
  }

  SimNode& node_;
  const std::map<ShardKey, Buffer> kept_;  ///< by what was promised: the other copy's bytes
};

/// Takes from each colluder whatever an earlier one has a copy of.
Task<std::vector<std::unique_ptr<Sharer>>> share_one_disk(RepairFixture& it,
                                                          const std::vector<SimNode*>& colluders) {
  std::map<NodeId, std::map<ShardKey, Buffer>> kept;
  for (const auto& chunk : co_await it.chunks()) {
    std::optional<Buffer> bytes;
    for (const auto& shard : chunk.shards) {
      const auto at = std::ranges::find(colluders, shard.holder, [](SimNode* node) { return node->id(); });
      if (at == colluders.end()) continue;
      const ShardKey key{it.owner().id(), shard.id};
      if (bytes) {
        kept[shard.holder][key] = *bytes;
        EXPECT_TRUE((*at)->chunks().lose(key));
      } else {
        bytes = (*at)->chunks().shards().at(key);
      }
    }
  }
  std::vector<std::unique_ptr<Sharer>> out;
  for (auto* node : colluders) {
    out.push_back(std::make_unique<Sharer>(*node, kept[node->id()]));
    node->transport().serve(*out.back());
  }
  co_return out;
}

Task<> be_three_with_one_disk(SimWorld& world) {
  RepairFixture it(world);
  co_await it.store_it();
  auto colluders = co_await it.holders();
  colluders.resize(3);
  const auto sharers = co_await share_one_disk(it, colluders);
  co_await it.pass(3h);
  std::size_t sharing = 0;
  for (std::size_t i = 0; i < colluders.size(); ++i) {
    const auto failed = found_out(it.owner().engine(), colluders[i]->id()).failed;
    sharing += sharers[i]->shares_any() ? 1 : 0;
    if (sharers[i]->shares_any()) EXPECT_GE(failed, 1U) << i;
    if (!sharers[i]->shares_any()) EXPECT_EQ(failed, 0U) << i;
  }
  EXPECT_GE(sharing, 1U);
  co_await it.expect_reads();
  for (auto* node : colluders) co_await node->stop();
}

/// Each copy is sealed differently, so another's bytes prove nothing.
TEST(Liar, ThreeNamesWithOneDiskAreFoundThoughTheyFetchFromOneAnother) {
  for (std::uint64_t seed = 1; seed <= seeds_of(4); ++seed) {
    SCOPED_TRACE(seed);
    SimWorld world(world_of(8), seed);
    world.run(be_three_with_one_disk(world));
  }
}

}  // namespace
}  // namespace mycostr::sim
