#include "dht/exchange.hpp"

#include <list>

#include "unit/dht/hub.hpp"
#include "wire/messages.hpp"

namespace mycostr::dht {
namespace {

using namespace std::chrono_literals;

class ExchangeTest : public testing::Test {
 protected:
  boost::asio::io_context loop_;
  test::VirtualClock clock_{loop_};
  Hub hub_{clock_};
  std::list<HubNode> nodes_;

  ~ExchangeTest() override {
    for (auto& node : nodes_) {
      if (node.running()) node.stop();
    }
    clock_.run();
  }
  HubNode& start(std::uint64_t seed, std::vector<Endpoint> bootstrap = {}, std::string network = kNetwork) {
    auto& node = nodes_.emplace_back(loop_, hub_, seed, std::move(network));
    node.start(std::move(bootstrap));
    return node;
  }
  void stop(HubNode& node) {
    node.stop();
    clock_.run_for(1s);
    EXPECT_FALSE(node.running());
  }
  Result<PeerReply> hello(HubNode& to, const crypto::Identity& from, Bytes record, std::uint64_t instance = 0,
                          std::uint64_t since = 0) {
    test::LocalRequest request(
        {from.id(), from.public_key()},
        {wire::operations::kHello, wire::encode(wire::Hello{std::move(record), instance, since}), {}});
    return clock_.run(to.exchange().handle_hello(request));
  }
};

TEST_F(ExchangeTest, TwoNodesMeetAtOnce) {
  auto& first = start(1);
  auto& second = start(2, {first.endpoint()});
  clock_.run_for(2s);
  EXPECT_TRUE(first.sees_live(second));
  EXPECT_TRUE(second.sees_live(first));
  EXPECT_EQ(second.directory().find(first.id())->rtt, 40ms);
}

TEST_F(ExchangeTest, NodesHearOfEachOtherThroughAThird) {
  auto& bootstrap = start(1);
  for (std::uint64_t seed = 2; seed <= 20; ++seed) start(seed, {bootstrap.endpoint()});
  clock_.run_for(30s);
  for (auto& node : nodes_) {
    EXPECT_EQ(node.directory().nodes().size(), nodes_.size() - 1);
    for (auto& other : nodes_) {
      if (&other != &node) EXPECT_TRUE(node.sees_live(other));
    }
  }
}

TEST_F(ExchangeTest, KeepsTryingTheBootstrapNode) {
  auto& early = start(2, {{"10.0.0.1", 1}});
  clock_.run_for(10min);
  auto& late = start(1);
  clock_.run_for(10s);
  EXPECT_TRUE(early.sees_live(late));
}

TEST_F(ExchangeTest, NoticesWhoGoesAndWhoComesBack) {
  auto& first = start(1);
  auto& second = start(2, {first.endpoint()});
  clock_.run_for(1min);
  stop(second);
  clock_.run_for(20s);
  EXPECT_FALSE(first.sees_live(second));
  EXPECT_NE(first.directory().find(second.id()), nullptr) << "away, not forgotten";
  second.start({});
  clock_.run_for(10s);
  EXPECT_TRUE(first.sees_live(second));
  EXPECT_TRUE(second.sees_live(first)) << "from its own disk: it has no bootstrap node";
}

TEST_F(ExchangeTest, ARestartedNodeTellsEverythingAgain) {
  auto& first = start(1);
  start(2, {first.endpoint()});
  clock_.run_for(1min);
  const auto asker = identity_of(99);
  const auto reply =
      wire::decode_hello_reply(hello(first, asker, encode_record(record_of(asker), asker))->message);
  ASSERT_TRUE(reply);
  stop(first);
  first.start({});
  clock_.run_for(1min);
  // A cursor of the former instance counts for nothing.
  const auto again = wire::decode_hello_reply(
      hello(first, asker, encode_record(record_of(asker), asker), reply->instance, 1'000'000)->message);
  ASSERT_TRUE(again);
  EXPECT_NE(again->instance, reply->instance);
  EXPECT_GE(again->records.size(), 1U);
}

TEST_F(ExchangeTest, TellsOnlyWhatChangedSince) {
  auto& first = start(1);
  start(2, {first.endpoint()});
  clock_.run_for(1min);
  const auto asker = identity_of(99);
  const auto record = encode_record(record_of(asker), asker);
  const auto all = wire::decode_hello_reply(hello(first, asker, record)->message);
  ASSERT_TRUE(all);
  EXPECT_EQ(all->records.size(), 2U);
  const auto none =
      wire::decode_hello_reply(hello(first, asker, record, all->instance, all->cursor)->message);
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->records.empty());
  EXPECT_EQ(none->cursor, all->cursor);
}

TEST_F(ExchangeTest, RefusesHellosThatAreNone) {
  auto& node = start(1);
  const auto peer = identity_of(50);
  const auto other = identity_of(51);
  EXPECT_EQ(hello(node, peer, encode_record(record_of(other), other)).error().code, Errc::forbidden);
  EXPECT_EQ(hello(node, peer, encode_record(record_of(peer), other)).error().code, Errc::invalid) << "forged";
  EXPECT_EQ(hello(node, peer, {}).error().code, Errc::invalid);
  auto foreign = record_of(peer);
  foreign.network_id = "mainnet";
  EXPECT_EQ(hello(node, peer, encode_record(foreign, peer)).error().code, Errc::conflict);
  EXPECT_TRUE(node.directory().nodes().empty());
  test::LocalRequest garbage({peer.id(), peer.public_key()}, {wire::operations::kHello, Bytes(3, 0xff), {}});
  EXPECT_EQ(clock_.run(node.exchange().handle_hello(garbage)).error().code, Errc::invalid);
}

TEST_F(ExchangeTest, NetworksDoNotMix) {
  auto& here = start(1);
  auto& there = start(2, {here.endpoint()}, "mainnet");
  clock_.run_for(1min);
  EXPECT_TRUE(here.directory().nodes().empty());
  EXPECT_TRUE(there.directory().nodes().empty());
  EXPECT_EQ(clock_.run(there.exchange().introduce({std::nullopt, {here.endpoint()}})).error().code,
            Errc::conflict);
}

TEST_F(ExchangeTest, AnnouncedChangesArriveSoon) {
  auto& first = start(1);
  auto& second = start(2, {first.endpoint()});
  clock_.run_for(1min);
  second.keeper().set_offer(HolderOffer{100_GiB, 50_GiB, "DE", 1000});
  second.exchange().announce();
  clock_.run_for(3s);
  EXPECT_TRUE(first.directory().find(second.id())->record.is_holder);
  EXPECT_EQ(first.directory().find(second.id())->record.location, "DE");
}

TEST_F(ExchangeTest, RecordsAreRenewedBeforeTheyExpire) {
  auto& first = start(1);
  auto& second = start(2, {first.endpoint()});
  clock_.run_for(26h);
  EXPECT_TRUE(first.sees_live(second));
  EXPECT_TRUE(second.sees_live(first));
  EXPECT_GT(first.directory().find(second.id())->record.expires, clock_.wall_now() + 11h);
}

TEST_F(ExchangeTest, TheDiskForgetsWhatTheDirectoryForgets) {
  auto& first = start(1);
  auto& second = start(2, {first.endpoint()});
  clock_.run_for(1min);
  EXPECT_EQ(first.store().rows().size(), 1U);
  stop(second);
  clock_.run_for(13h);
  EXPECT_TRUE(first.directory().nodes().empty());
  EXPECT_TRUE(first.store().rows().empty());
}

TEST_F(ExchangeTest, OpenDropsRowsThatAreOfNoUse) {
  auto& node = start(1);
  const auto good = identity_of(50);
  WriteBatch batch;
  batch.put("n/" + std::string(good.id().text()), std::string(as_text(encode_record(record_of(good), good))));
  batch.put("n/damaged", "no record");
  batch.put("other", "not the exchange's");
  ASSERT_TRUE(clock_.run(node.store().commit(std::move(batch), Durability::synced)));
  stop(node);
  node.start({});
  clock_.run_for(1s);
  EXPECT_NE(node.directory().find(good.id()), nullptr);
  EXPECT_FALSE(node.store().rows().contains("n/damaged"));
  EXPECT_TRUE(node.store().rows().contains("other"));
}

TEST_F(ExchangeTest, SavesAgainOnceTheDiskWorks) {
  auto& first = start(1);
  clock_.run_for(1s);
  first.store().set_broken(true);
  auto& second = start(2, {first.endpoint()});
  clock_.run_for(10s);
  EXPECT_TRUE(first.sees_live(second));
  EXPECT_TRUE(first.store().rows().empty());
  first.store().set_broken(false);
  clock_.run_for(2s);
  EXPECT_EQ(first.store().rows().size(), 1U);
}

TEST_F(ExchangeTest, SpeaksNoMoreThanItSettledOn) {
  auto& first = start(1);
  for (std::uint64_t seed = 2; seed <= 5; ++seed) start(seed, {first.endpoint()});
  clock_.run_for(1h);
  const auto before = hub_.calls;
  clock_.run_for(1h);
  // 20 directed pairs, one hello in 10 to 12.5 seconds plus the tick.
  EXPECT_LE(hub_.calls - before, 20U * 360);
  EXPECT_GE(hub_.calls - before, 20U * 260);
}

TEST_F(ExchangeTest, OneSeedGivesOneHistory) {
  const auto history = [] {
    boost::asio::io_context loop;
    test::VirtualClock clock(loop);
    Hub hub{clock};
    std::list<HubNode> nodes;
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
      nodes.emplace_back(loop, hub, seed).start({{"10.0.0.1", 1}});
    }
    clock.run_for(10min);
    std::string text = std::to_string(hub.calls);
    for (auto& node : nodes)
      text += " " + std::to_string(to_unix_ms(*node.directory().nodes().begin()->second.last_seen));
    for (auto& node : nodes) node.stop();
    clock.run();
    return text;
  };
  EXPECT_EQ(history(), history());
}

}  // namespace
}  // namespace mycostr::dht
