// What placement is told of nodes: their records, and how far this node trusts them.
#include "files/candidates.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/inline_pool.hpp"
#include "support/seeded_random.hpp"
#include "support/virtual_clock.hpp"

namespace mycostr::files {
namespace {

using namespace std::chrono_literals;
using reputation::AuditOutcome;

constexpr auto kPeriod = 1h;

class NoTransport final : public Transport {
 public:
  Task<Result<PeerReply>> call(PeerAddress, PeerCall, CallLimits) override {
    co_return fail(Errc::unreachable, "there is no network");
  }
  void serve(PeerHandler&) override {}
  std::size_t connection_count() const override { return 0; }
};

class CandidatesTest : public testing::Test {
 protected:
  crypto::Identity identity_of(std::uint64_t seed) {
    test::SeededRandom random(seed);
    return crypto::Identity(random.make<crypto::Identity::Seed>());
  }
  /// A holder at `host` that answers.
  NodeId add(std::uint64_t seed, std::string host, bool is_draining = false) {
    const auto identity = identity_of(seed);
    wire::NodeRecord record;
    record.seq = 1;
    record.public_key = identity.public_key();
    record.endpoints = {{std::move(host), 4081}};
    record.is_holder = true;
    record.is_draining = is_draining;
    record.location = "DE";
    record.capacity = 1000_GiB;
    record.free = 500_GiB;
    record.expires = clock_.wall_now() + 12h;
    record.network_id = "test";
    EXPECT_TRUE(directory_.learn(wire::encode_record(record, identity), clock_.wall_now()));
    directory_.answered(identity.id(), 10ms, clock_.now(), clock_.wall_now());
    return identity.id();
  }
  placement::Candidate candidate(const NodeId& id) const {
    const auto all = candidates(context_);
    return *std::ranges::find(all, id, &placement::Candidate::id);
  }
  void audit(const NodeId& id, AuditOutcome outcome, int batches) {
    for (int i = 0; i < batches; ++i) scores_.record_audit(id, outcome, clock_.wall_now() + i * kPeriod);
  }

  boost::asio::io_context loop_;
  test::VirtualClock clock_{loop_};
  test::SeededRandom random_{1};
  test::InlinePool pool_{loop_};
  NoTransport transport_;
  crypto::Identity self_ = identity_of(100);
  crypto::Keystore keystore_{crypto::Keystore::MasterKey{}};
  dht::Directory directory_{self_.id(), "test"};
  reputation::PerformanceBook performance_;
  reputation::ScoreBook scores_{kPeriod};
  async::Budget memory_{1 << 20};
  async::Budget reading_{1 << 20};
  Context context_{loop_.get_executor(),
                   clock_,
                   random_,
                   pool_,
                   transport_,
                   directory_,
                   performance_,
                   scores_,
                   nullptr,
                   self_,
                   keystore_,
                   memory_,
                   reading_,
                   {},
                   [] { return std::optional<placement::Location>(); }};
};

TEST_F(CandidatesTest, NewNodesAreAllAlike) {
  const auto a = candidate(add(1, "192.0.2.1"));
  const auto b = candidate(add(2, "198.51.100.1"));
  EXPECT_EQ(a.weight, b.weight);
  EXPECT_GT(a.weight, 0);
  EXPECT_EQ(a.distrust, placement::Distrust::none);
  EXPECT_FALSE(a.vetted);
  EXPECT_TRUE(a.reachable && a.accepting);
  EXPECT_EQ(a.trial_room, reputation::kFirstTrialCapacity);
}

TEST_F(CandidatesTest, TheScoreDecidesWhoIsTrusted) {
  const auto suspended = add(1, "192.0.2.1");
  const auto disqualified = add(2, "198.51.100.1");
  const auto away = add(3, "203.0.113.1");
  const auto vetted = add(4, "10.0.0.1");
  audit(suspended, AuditOutcome::failed, 3);
  audit(disqualified, AuditOutcome::failed, 6);
  audit(away, AuditOutcome::passed, 1);
  for (int i = 0; i < 20; ++i) scores_.record_window(away, false, clock_.wall_now());
  audit(vetted, AuditOutcome::passed, 505);
  EXPECT_EQ(candidate(suspended).distrust, placement::Distrust::suspended);
  EXPECT_EQ(candidate(disqualified).distrust, placement::Distrust::disqualified);
  EXPECT_EQ(candidate(away).distrust, placement::Distrust::poorly_online);
  EXPECT_EQ(candidate(vetted).distrust, placement::Distrust::none);
  EXPECT_TRUE(candidate(vetted).vetted);
  EXPECT_EQ(candidate(vetted).trial_room, ByteCount{UINT64_MAX});
  const auto fresh = candidate(add(5, "10.0.1.1")).weight;
  EXPECT_NEAR(candidate(suspended).weight, fresh * std::pow(0.99 * 0.99 * 0.99, 4), 1e-9);
  EXPECT_NEAR(candidate(away).weight, fresh * std::pow(1 - 20.0 / 168, 2), 1e-9);
}

TEST_F(CandidatesTest, WhatANewcomerKeepsIsTakenOffItsTrial) {
  const auto id = add(1, "192.0.2.1");
  context_.kept_by = [&](const NodeId& node) { return node == id ? ByteCount{4'000'000'000} : ByteCount{}; };
  EXPECT_EQ(candidate(id).trial_room, ByteCount{6'000'000'000});
  context_.kept_by = [](const NodeId&) { return ByteCount{11'000'000'000}; };
  EXPECT_EQ(candidate(id).trial_room, ByteCount{});
}

TEST_F(CandidatesTest, ManyHoldersInOneSubnetWeighLess) {
  const auto alone = add(1, "198.51.100.1");
  std::vector<NodeId> crowd;
  for (std::uint64_t n = 2; n < 7; ++n) crowd.push_back(add(n, "192.0.2." + std::to_string(n)));
  EXPECT_NEAR(candidate(crowd[0]).weight, candidate(alone).weight / 10, 1e-9) << "five in one /24";
  EXPECT_EQ(explain_reputation(context_, crowd[0]).holders_in_subnet, 5U);
  EXPECT_NEAR(explain_reputation(context_, crowd[0]).colocation, 0.1, 1e-9);
  EXPECT_EQ(explain_reputation(context_, self_.id()).holders_in_subnet, 1U) << "not known";
  context_.settings.placement.distinct_subnets = false;
  EXPECT_EQ(candidate(crowd[0]).weight, candidate(alone).weight) << "a network on one host";
}

TEST_F(CandidatesTest, NamesMakeNoSubnets) {
  const auto one = candidate(add(1, "a.example.org"));
  const auto other = candidate(add(2, "b.example.net"));
  EXPECT_EQ(one.subnet, other.subnet);
  EXPECT_NE(candidate(add(3, "192.0.2.1")).subnet, one.subnet);
}

TEST_F(CandidatesTest, WhoIsNotWhereItSaysIsNowhere) {
  const auto id = add(1, "9.9.9.9");
  directory_.reached_at(id, *to_udp({"9.9.9.9", 4081}));
  EXPECT_TRUE(candidate(id).location);
  // Ten milliseconds from New Zealand there is no Germany.
  context_.own_location = [] { return placement::parse_location("NZ"); };
  performance_.record_call(id, true, 10ms, clock_.wall_now());
  EXPECT_FALSE(candidate(id).location);
  EXPECT_LT(candidate(id).weight, candidate(add(2, "198.51.100.1")).weight);
}

class TwoCountries final : public GeoDatabase {
 public:
  std::optional<GeoAnswer> find(const IpAddress& ip) const override {
    return GeoAnswer{ip == IpAddress::v4(9, 9, 9, 9) ? "US" : "DE", {}};
  }
};

/// Shards go to its endpoint, wherever its datagrams come from; and after a restart those are not known.
TEST_F(CandidatesTest, EveryAddressHasToBeWhereItSays) {
  const TwoCountries geo;
  context_.geo = &geo;
  const auto relayed = add(1, "9.9.9.9");
  EXPECT_FALSE(candidate(relayed).location);
  directory_.reached_at(relayed, *to_udp({"8.8.8.8", 4081}));
  EXPECT_FALSE(candidate(relayed).location);
  const auto honest = add(2, "8.8.4.4");
  EXPECT_TRUE(candidate(honest).location);
  EXPECT_EQ(check_location(context_, *directory_.find(honest)).state, placement::LocationState::geoip);
}

TEST_F(CandidatesTest, DrainingHoldersTakeNothing) {
  EXPECT_FALSE(candidate(add(1, "192.0.2.1", true)).accepting);
}

}  // namespace
}  // namespace mycostr::files
