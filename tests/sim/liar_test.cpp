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

}  // namespace
}  // namespace mycostr::sim
