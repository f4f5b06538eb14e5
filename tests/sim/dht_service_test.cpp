// Whole nodes that know no more than where a bootstrap node is.
#include <gtest/gtest.h>

#include "sim/world.hpp"

namespace mycostr::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kNodes = 30;

/// Those that `node` knows by their records.
std::set<NodeId> known_to(SimNode& node) {
  std::set<NodeId> out;
  for (const auto& [id, known] : node.engine().directory().nodes()) out.insert(id);
  return out;
}

/// How many of them it believes silent.
std::size_t silent_to(SimNode& node) {
  const auto& nodes = node.engine().directory().nodes();
  return static_cast<std::size_t>(
      std::ranges::count_if(nodes, [](const auto& entry) { return entry.second.failing; }));
}

/// All that run but `node`, where `is_one` holds.
template <class IsOne>
std::set<NodeId> others_of(SimWorld& world, const SimNode& node, IsOne is_one) {
  std::set<NodeId> out;
  for (const auto& other : world.nodes()) {
    if (other->is_up() && other.get() != &node && is_one(*other)) out.insert(other->id());
  }
  return out;
}

bool is_any(const SimNode&) {
  return true;
}

/// Of all pairs.
struct Strangers {
  std::size_t unknown = 0;
  std::size_t silent = 0;
};

Task<> find_each_other(SimWorld& world, Strangers& out) {
  co_await world.clock().sleep_for(2min);
  for (const auto& node : world.nodes()) {
    const auto others = others_of(world, *node, is_any);
    const auto known = known_to(*node);
    EXPECT_TRUE(std::ranges::includes(others, known));
    out.unknown += others.size() - known.size();
    out.silent += silent_to(*node);
  }
}

TEST(DhtService, NodesWithOneBootstrapFindEachOther) {
  SimWorld world({.nodes = kNodes, .bootstrap = {0}}, 1);
  Strangers strangers;
  world.run(find_each_other(world, strangers));
  EXPECT_EQ(strangers.unknown, 0U);
  EXPECT_EQ(strangers.silent, 0U);
}

TEST(DhtService, NodesFindEachOtherWhereDatagramsAreLost) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE(seed);
    SimWorld world({.nodes = kNodes, .bootstrap = {0}}, seed);
    world.network().set_loss(100);
    Strangers strangers;
    world.run(find_each_other(world, strangers));
    // Two that have not met yet will when either looks for somebody.
    EXPECT_LE(strangers.unknown, kNodes * (kNodes - 1) / 50);
    // One call in 28 gets no answer, repeat and all; a few seconds later it is made again.
    EXPECT_LE(strangers.silent, kNodes * (kNodes - 1) / 50);
  }
}

/// What it has on disk of other nodes' records goes.
std::size_t forget_records(SimNode& node) {
  WriteBatch batch;
  std::size_t count = 0;
  for (const auto& [key, value] : node.meta().rows()) {
    if (!key.starts_with("n/")) continue;
    batch.erase(key);
    ++count;
  }
  node.meta().preset(std::move(batch));
  return count;
}

Task<> return_by_anchors(SimWorld& world) {
  co_await world.clock().sleep_for(12min);
  auto& node = world.node(7);
  co_await node.stop();
  co_await world.node(0).stop();
  EXPECT_EQ(forget_records(node), kNodes - 1);
  co_await node.start();
  EXPECT_TRUE(known_to(node).empty());
  co_await world.clock().sleep_for(2min);
  EXPECT_EQ(known_to(node), others_of(world, node, is_any));
  EXPECT_EQ(silent_to(node), 0U);
}

TEST(DhtService, ANodeReturnsByItsAnchorsAlone) {
  SimWorld world({.nodes = kNodes, .bootstrap = {0}}, 3);
  world.run(return_by_anchors(world));
}

Task<> change_a_record(SimWorld& world) {
  // Until no node has the others' cookies any more.
  co_await world.clock().sleep_for(12min);
  auto& changed = world.node(5);
  const auto knowing = [&](bool holder) {
    std::size_t count = 0;
    for (const auto& node : world.nodes()) {
      const auto* known = node->engine().directory().find(changed.id());
      count += known != nullptr && known->record.is_holder == holder &&
               (!holder || known->record.capacity == 8_MiB);
    }
    return count;
  };
  EXPECT_EQ(knowing(false), kNodes - 1);
  EXPECT_TRUE(co_await changed.engine().registration().offer_capacity(8_MiB, "DE"));
  co_await world.clock().sleep_for(3s);
  EXPECT_EQ(knowing(true), kNodes - 1);
}

TEST(DhtService, AChangedRecordIsSoonKnownToAll) {
  const auto capacity = [](std::size_t number) { return number == 5 ? 0_MiB : 16_MiB; };
  SimWorld world({.nodes = kNodes, .capacity = capacity, .bootstrap = {0}}, 4);
  world.run(change_a_record(world));
}

Task<> find_one_never_met(SimWorld& world) {
  auto& seeker = world.node(3);
  auto& sought = world.node(20);
  world.network().block(3, 20);
  world.network().block(20, 3);
  co_await world.clock().sleep_for(2min);
  EXPECT_EQ(seeker.engine().directory().find(sought.id()), nullptr);
  EXPECT_FALSE(co_await seeker.engine().dht().find(sought.id())) << "nobody can speak for it";
  world.network().heal();
  EXPECT_TRUE(co_await seeker.engine().dht().find(sought.id()));
  EXPECT_NE(seeker.engine().directory().find(sought.id()), nullptr);
  EXPECT_FALSE(co_await seeker.engine().dht().find(world.random().make<NodeId>())) << "there is none";
}

TEST(DhtService, FindsANodeThatTheDirectoryDoesNotKnow) {
  SimWorld world({.nodes = kNodes, .bootstrap = {0}}, 5);
  world.run(find_one_never_met(world));
}

Task<> stay_apart(SimWorld& world) {
  co_await world.clock().sleep_for(30min);
  for (const auto& node : world.nodes()) {
    const auto own = others_of(world, *node, [&](const SimNode& other) {
      return other.settings().network_id == node->settings().network_id;
    });
    EXPECT_EQ(own.size(), 9U);
    EXPECT_EQ(known_to(*node), own);
    EXPECT_EQ(silent_to(*node), 0U);
    EXPECT_EQ(node->engine().directory().nodes().size(), own.size());
    for (const auto& contact : node->engine().dht().kademlia().table().closest(node->id(), 100)) {
      EXPECT_TRUE(own.contains(contact.id));
    }
  }
}

TEST(DhtService, TwoNetworksWithTheSameBootstrapsNeverMeet) {
  const auto network_id = [](std::size_t number) { return number % 2 == 0 ? "even" : "odd"; };
  SimWorld world({.nodes = 20, .network_id = network_id, .bootstrap = {0, 1}}, 6);
  world.run(stay_apart(world));
}

/// In public networks. Node `i` has 20.0.i.1 there, but for the last one, which stays in 10.0.0.0/8 and knows
/// nobody.
std::function<void(engine::EngineSettings&)> public_but(const std::string& last) {
  return [last](engine::EngineSettings& settings) {
    auto& host = settings.endpoints.front().host;
    if (host == last) return settings.dht.bootstrap.clear();
    host.replace(0, 2, "20");
    for (auto& bootstrap : settings.dht.bootstrap) bootstrap.host.replace(0, 2, "20");
  };
}

Task<> learn_of_a_private_address(SimWorld& world) {
  auto& node = world.node(0);
  auto& hidden = world.node(5);
  co_await world.clock().sleep_for(1min);
  EXPECT_EQ(known_to(node).size(), 4U);
  const auto record = hidden.engine().own_record().current();
  EXPECT_TRUE(node.engine().directory().learn(record, world.clock().wall_now()));
  co_await world.clock().sleep_for(30min);
  const auto* known = node.engine().directory().find(hidden.id());
  EXPECT_NE(known, nullptr);
  if (known == nullptr) co_return;
  EXPECT_FALSE(known->answered) << "it was asked";
  EXPECT_TRUE(known->failing) << "what cannot be asked is nowhere to be reached";
}

TEST(DhtService, NoPrivateAddressIsAskedThatARecordNames) {
  SimWorld world({.nodes = 6, .bootstrap = {0}, .adjust = public_but("10.0.5.1")}, 1);
  world.run(learn_of_a_private_address(world));
}

Task<> find_the_others_by_an_anchor(SimWorld& world) {
  auto& node = world.node(2);
  auto& apart = world.node(1);
  co_await node.stop();
  WriteBatch batch;
  batch.put("anchors", to_string(apart.settings().endpoints.front()) + "\n");
  node.meta().preset(std::move(batch));
  world.network().block(1, 2);
  world.network().block(2, 1);
  co_await node.start();
  co_await world.clock().sleep_for(1min);
  EXPECT_EQ(known_to(node).size(), 1U);
  world.network().heal();
  co_await world.clock().sleep_for(11min);
  EXPECT_TRUE(known_to(node).contains(apart.id()));
}

TEST(DhtService, AnchorsAreTriedAgainWhereFewAreKnown) {
  const auto without_bootstrap = [](engine::EngineSettings& settings) {
    if (settings.endpoints.front().host == "10.0.1.1") settings.dht.bootstrap.clear();
  };
  SimWorld world({.nodes = 3, .bootstrap = {0}, .adjust = without_bootstrap}, 1);
  world.run(find_the_others_by_an_anchor(world));
}

/// Requests that a node makes in two hours. With a ghost, a node whose record names an address where nobody
/// is.
Task<> count_requests(SimWorld& world, bool with_ghost, std::uint64_t& requests) {
  auto& node = world.node(0);
  co_await world.clock().sleep_for(1min);
  if (with_ghost) {
    const crypto::Identity ghost(world.random().make<crypto::Identity::Seed>());
    wire::NodeRecord record;
    record.seq = 1;
    record.public_key = ghost.public_key();
    record.endpoints = {{"203.0.113.9", 4081}};
    record.expires = world.clock().wall_now() + 12h;
    record.network_id = node.settings().network_id;
    EXPECT_TRUE(
        node.engine().directory().learn(wire::encode_record(record, ghost), world.clock().wall_now()));
  }
  const auto before = node.engine().dht().kademlia().counters().requests;
  co_await world.clock().sleep_for(2h);
  requests = node.engine().dht().kademlia().counters().requests - before;
}

TEST(DhtService, AnAddressThatNeverAnsweredIsAskedEverMoreSeldom) {
  std::uint64_t usual = 0;
  std::uint64_t with_ghost = 0;
  for (auto* requests : {&usual, &with_ghost}) {
    SimWorld world({.nodes = 5, .bootstrap = {0}}, 1);
    world.run(count_requests(world, requests == &with_ghost, *requests));
  }
  EXPECT_GT(with_ghost, usual);
  EXPECT_LT(with_ghost, usual + 60) << "every five seconds it would be 1,440";
}

}  // namespace
}  // namespace mycostr::sim
