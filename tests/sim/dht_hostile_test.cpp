// Datagrams that somebody made up or kept: floods, replays, forged replies.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include "sim/dht_measure.hpp"

namespace mycostr::sim {
namespace {

using namespace std::chrono_literals;

class DhtHostile : public ::testing::Test {
 protected:
  DhtHostile() {
    world_.grow(100, 100ms);
    world_.run_for(1min);
    // It has a key and an address, and runs none of the shipped code.
    attacker_.is_adversary = true;
    attacker_.start();
    world_.adversary = [this](DhtNode&, const UdpAddress&, ByteView bytes) {
      heard_.emplace_back(bytes.begin(), bytes.end());
    };
  }
  Bytes request(wire::DatagramBody body, std::size_t least_size = 0, wire::ReceiverTag receiver = {}) {
    wire::Datagram datagram;
    datagram.receiver = receiver;
    datagram.body = std::move(body);
    datagram.transaction = world_.random().make<wire::Transaction>();
    datagram.network = wire::network_tag("simulation");
    datagram.is_server = true;  // whom a node with room in its table would like to have
    return wire::encode_datagram(datagram, attacker_, least_size);
  }

  DhtWorld world_{1};
  DhtNode& attacker_ = world_.add();
  DhtNode& victim_ = world_.add();
  std::vector<Bytes> heard_;
};

TEST_F(DhtHostile, GetsNoMoreBytesSentToAVictimThanItSends) {
  victim_.is_adversary = true;  // hears, and says nothing
  victim_.start();
  attacker_.stop();  // it is another node in each datagram
  // Long ones in the second half: what they leave room for must not pay for the others.
  for (const std::uint64_t longer : {1, 1020}) {
    std::uint64_t sent = 0;
    victim_.bytes_in = 0;
    for (int i = 0; i < 2500; ++i) {
      const auto target = world_.random().make<NodeId>();
      const wire::DatagramBody bodies[] = {wire::Ping{},           wire::FindNodes{target},
                                           wire::GetValue{target}, wire::GetRecord{},
                                           wire::CheckMe{{}},      wire::KnockAt{victim_.address(), {}}};
      attacker_.take_key(world_.random().make<PublicKey>());
      auto& receiver = world_.node(2 + world_.random().below(99));
      const auto datagram = request(bodies[world_.random().below(std::size(bodies))],
                                    149 + world_.random().below(longer), wire::receiver_tag(receiver.id()));
      sent += datagram.size();
      world_.send_as(victim_.address(), receiver.address(), datagram, attacker_.number());
      world_.run_for(5ms);
    }
    world_.run_for(30s);
    fmt::print("{} bytes sent in the victim's name, {} arrived there\n", sent, victim_.bytes_in);
    EXPECT_GT(victim_.bytes_in, 0U);
    EXPECT_LE(victim_.bytes_in, sent);
  }
}

TEST_F(DhtHostile, HindersNobodyElseByAFlood) {
  const auto before = measure_lookups(world_, 200, 50ms);
  for (int second = 0; second < 20; ++second) {
    for (int i = 0; i < 2000; ++i) {
      world_.send_as(attacker_.address(), world_.node(2 + world_.random().below(99)).address(),
                     request(wire::FindNodes{world_.random().make<NodeId>()}, 1200), attacker_.number());
    }
    world_.run_for(100ms);
  }
  const auto answered = heard_.size();
  const auto after = measure_lookups(world_, 200, 50ms);
  fmt::print("{} of 40000 requests answered\nbefore: {}\nafter:  {}\n", answered, to_string(before),
             to_string(after));
  EXPECT_LT(answered, 12'000U) << "a burst of 50 from each node, and 10 a second";
  EXPECT_GE(after.success, .99);
  EXPECT_LT(after.median(), before.median() * 1.3);
}

TEST_F(DhtHostile, AchievesNothingByReplaysAndForgedReplies) {
  // Replies that nobody asked for: with its own key in another's name, and with that node's own signature.
  victim_.start();
  world_.join(victim_);
  world_.run_for(30s);
  std::vector<wire::Contact> liars;
  for (int i = 0; i < 20; ++i) {
    liars.push_back(
        {world_.random().make<NodeId>(), {IpAddress::v4(9, 9, static_cast<std::uint8_t>(i), 1), 4081}});
  }
  for (int round = 0; round < 200; ++round) {
    wire::Datagram reply;
    reply.body = wire::Nodes{liars};
    reply.transaction = world_.random().make<wire::Transaction>();
    reply.network = wire::network_tag("simulation");
    reply.is_server = true;
    auto& other = world_.node(2 + world_.random().below(99));
    const auto forged = wire::encode_datagram(reply, attacker_);
    const auto stolen = wire::encode_datagram(reply, other);
    victim_.dht().find_nodes(world_.random().make<NodeId>(), dht::Effort::one_path,
                             [](const std::vector<dht::Contact>&) {});
    for (const auto& bytes : {forged, stolen})
      world_.send_as(other.address(), victim_.address(), bytes, other.number());
    world_.tick_at(victim_);
    world_.run_for(100ms);
  }
  world_.run_for(30s);
  for (const auto& liar : liars) EXPECT_EQ(victim_.dht().table().find(liar.id), nullptr);
  EXPECT_EQ(victim_.dht().table().find(attacker_.id()), nullptr);
  EXPECT_GE(measure_lookups(world_, 200, 50ms).success, .99);
}

}  // namespace
}  // namespace mycostr::sim
