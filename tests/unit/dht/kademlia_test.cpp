#include "dht/distance.hpp"
#include "unit/dht/kademlia_fixture.hpp"

namespace mycostr::dht {
namespace {

TEST_F(KademliaTest, AStrangerEntersOnceItHasAnswered) {
  auto peer = server(2);
  node_.received(peer.address(), peer.write(wire::Ping{}, kMaxDatagram));
  EXPECT_EQ(node_.table().size(), 0U) << "the address may be forged";
  EXPECT_EQ(answer_all(peer, [](const auto&) { return wire::Done{}; }), 1U);
  EXPECT_EQ(node_.table().size(), 1U);
}

TEST_F(KademliaTest, AnAnswerAndTheCheckItCausesAreNoLongerThanTheRequest) {
  std::size_t checked = 0;
  for (std::size_t size = 149; size <= kMaxDatagram; ++size) {
    auto peer = server(size);
    const auto request = peer.write(wire::Ping{}, size);
    node_.received(peer.address(), request);
    pass(10s);  // its repeat as well
    std::size_t sent = 0;
    for (const auto& one : bench_.socket.sent) sent += one.bytes.size();
    ASSERT_LE(sent, request.size());
    checked += bench_.socket.take().size() > 1;
  }
  EXPECT_EQ(checked, kMaxDatagram + 1 - 3 * 149) << "wherever there is room";
}

TEST_F(KademliaTest, AStrangerWithACookieEntersAtOnce) {
  auto peer = server(2);
  node_.received(peer.address(), peer.write(wire::Ping{}));
  peer.next.cookie = wire::decode_datagram(bench_.socket.take()[0].bytes)->datagram.cookie;
  node_.received(peer.address(), peer.write(wire::Ping{}));
  EXPECT_EQ(node_.table().size(), 1U);
}

TEST_F(KademliaTest, AClientIsAnsweredAndNeverEnters) {
  Peer peer(2, address_of(2));
  node_.received(peer.address(), peer.write(wire::Ping{}));
  EXPECT_EQ(bench_.socket.sent.size(), 1U);
  node_.ping(peer.address(), [](const std::optional<Contact>&) {});
  EXPECT_EQ(answer_all(peer, [](const auto&) { return wire::Done{}; }), 1U);
  EXPECT_EQ(node_.table().size(), 0U);
}

TEST_F(KademliaTest, ForgedSendersBringFewChecks) {
  for (std::uint64_t i = 0; i < 1000; ++i) {
    auto peer = server(2 + i);
    node_.received(peer.address(), peer.write(wire::Ping{}, kMaxDatagram));
  }
  std::size_t requests = 0;
  for (const auto& one : bench_.socket.sent) {
    requests += !wire::is_reply(wire::decode_datagram(one.bytes)->datagram.body);
  }
  EXPECT_EQ(requests, 8U);
}

TEST_F(KademliaTest, StrangeNetworksItsOwnKeyAndNoPortAreNotAnswered) {
  auto peer = server(2);
  node_.received({peer.address().ip, 0}, peer.write(wire::Ping{}));
  wire::Datagram datagram;
  datagram.body = wire::Ping{};
  datagram.network = kTag;
  node_.received(peer.address(), wire::encode_datagram(datagram, bench_.signer));
  CheapSigner other(3);
  datagram.network = wire::network_tag("another");
  node_.received(peer.address(), wire::encode_datagram(datagram, other));
  node_.received(peer.address(), Bytes(300, 1));
  node_.received(peer.address(), {});
  EXPECT_TRUE(bench_.socket.sent.empty());
}

TEST_F(KademliaTest, WhatOthersNameIsNotPassedOnUntilItAnswered) {
  auto peer = server(2);
  enter(peer);
  auto named = server(3);
  std::optional<std::vector<Contact>> found;
  node_.find_nodes({}, Effort::one_path, [&](std::vector<Contact> contacts) { found = std::move(contacts); });
  answer_all(peer, [&](const auto&) {
    return wire::Nodes{{named.contact(), {{}, {IpAddress::v4(10, 0, 0, 1), 1}}}};
  });
  for (const auto& one : bench_.socket.sent)
    EXPECT_EQ(one.to, named.address()) << "nothing goes to a private address";
  EXPECT_EQ(node_.table().find(named.id()), nullptr);
  auto asker = server(4);
  bench_.socket.take();
  node_.received(asker.address(), asker.write(wire::FindNodes{named.id()}, kMaxDatagram));
  const auto reply = wire::decode_datagram(bench_.socket.take()[0].bytes)->datagram;
  EXPECT_EQ(std::get<wire::Nodes>(reply.body).contacts, std::vector{peer.contact()});
  pass(10s);
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, std::vector{peer.contact()});
}

TEST_F(KademliaTest, SilenceAtAWrongAddressTellsNothingOfANode) {
  auto victim = server(2);
  enter(victim);
  for (int i = 0; i < 5; ++i) {
    node_.get_record({victim.id(), address_of(99)}, [](const std::optional<Bytes>&) {});
    bench_.clock.pass(900ms);
    node_.tick();
    bench_.clock.pass(5s);
    node_.tick();
  }
  ASSERT_NE(node_.table().find(victim.id()), nullptr);
  EXPECT_EQ(node_.table().find(victim.id())->failures, 0U);
  node_.get_record(victim.contact(), [](const std::optional<Bytes>&) {});
  pass(5s);
  EXPECT_GT(node_.table().find(victim.id())->failures, 0U) << "at its own address it does";
}

/// A node and what is passed on to somebody else's address, as if it lived there.
class KademliaMoveTest : public KademliaTest {
 protected:
  Peer peer_ = server(2);
  const UdpAddress elsewhere_ = address_of(99);
  std::vector<Contact> alive_;
  std::vector<NodeId> silent_;

  void SetUp() override {
    node_.on_alive = [this](const Sighting& sighting) { alive_.push_back(sighting.contact); };
    node_.on_silent = [this](const NodeId& id) { silent_.push_back(id); };
  }
  /// Its own words, from there.
  void answer_from_elsewhere(Peer& peer) {
    bench_.socket.take();
    node_.get_record({peer.id(), elsewhere_}, [](const std::optional<Bytes>&) {});
    const auto request = bench_.socket.take().front();
    node_.received(elsewhere_, peer.answer(request.bytes, wire::Done{}));
  }
};

TEST_F(KademliaMoveTest, WhoAnswersWhereItWasHasNotMoved) {
  enter(peer_);
  alive_.clear();
  answer_from_elsewhere(peer_);
  EXPECT_EQ(answer_all(peer_, [](const auto&) { return wire::Done{}; }), 1U);
  pass(10s);
  EXPECT_EQ(alive_, std::vector{peer_.contact()});
  EXPECT_TRUE(silent_.empty());
  EXPECT_EQ(node_.table().find(peer_.id())->contact, peer_.contact());
}

TEST_F(KademliaMoveTest, WhoIsSilentWhereItWasHasMoved) {
  enter(peer_);
  alive_.clear();
  answer_from_elsewhere(peer_);
  EXPECT_EQ(node_.table().find(peer_.id())->contact.address, peer_.address());
  pass(10s);
  const Contact moved{peer_.id(), elsewhere_};
  EXPECT_EQ(silent_, std::vector{peer_.id()});
  EXPECT_EQ(alive_, std::vector{moved});
  EXPECT_EQ(node_.table().find(peer_.id())->contact, moved);
  EXPECT_EQ(node_.table().find(peer_.id())->failures, 0U);
}

TEST_F(KademliaMoveTest, FewMoversAreCheckedAtOnceAndEachOnce) {
  std::size_t checks = 0;
  for (std::uint64_t i = 0; i < 10; ++i) {
    auto peer = server(10 + i);
    enter(peer);
    for (int k = 0; k < 3; ++k) {
      answer_from_elsewhere(peer);
      checks += bench_.socket.sent.size();
    }
    EXPECT_EQ(checks, std::min<std::size_t>(i + 1, 8));
  }
}

TEST_F(KademliaMoveTest, WhoIsKnownOtherwiseIsAskedThereAsWell) {
  node_.known_at = [&](const NodeId&) {
    return silent_.empty() ? std::optional(peer_.address()) : std::nullopt;
  };
  answer_from_elsewhere(peer_);
  EXPECT_EQ(node_.table().size(), 0U);
  pass(10s);
  EXPECT_EQ(silent_, std::vector{peer_.id()});
  EXPECT_EQ(node_.table().find(peer_.id())->contact.address, elsewhere_);
}

TEST_F(KademliaTest, OnlyProbesTellOfSilence) {
  auto peer = server(2);
  std::vector<NodeId> silent;
  node_.on_silent = [&](const NodeId& id) { silent.push_back(id); };
  node_.get_record(peer.contact(), [](const std::optional<Bytes>&) {});
  pass(5s);
  EXPECT_TRUE(silent.empty());
  node_.probe(peer.contact());
  pass(5s);
  EXPECT_EQ(silent, std::vector{peer.id()});
}

TEST_F(KademliaTest, AnnouncesAgainWithTheCookieThatTheAnswerBrings) {
  auto peer = server(2);
  enter(peer);
  bench_.clock.pass(10min);
  peer.next.cookie = bench_.random.make<wire::Cookie>();
  node_.announce_to(peer.contact());
  std::vector<wire::Cookie> cookies;
  const auto note = [&](const wire::Datagram& request) {
    EXPECT_EQ(request.record_seq, record_.seq());
    cookies.push_back(request.cookie);
    return wire::Done{};
  };
  for (int i = 0; i < 3; ++i) answer_all(peer, note);
  EXPECT_EQ(cookies, (std::vector{wire::Cookie{}, peer.next.cookie}));
}

TEST_F(KademliaTest, FindsTheNewestPointerThatIsTrue) {
  std::vector<Peer> peers;
  for (std::uint64_t i = 0; i < 5; ++i) peers.push_back(server(2 + i));
  for (auto& peer : peers) enter(peer);
  auto forged = pointer(owner_, 99, 1h);
  forged.back() ^= 1;
  const std::vector<Bytes> values{pointer(owner_, 5, 1h), pointer(owner_, 7, 1h), pointer(owner_, 9, -1h),
                                  forged, pointer(identity_of(2), 8, 1h)};
  std::optional<std::optional<Bytes>> found;
  node_.find_value(owner_.id(), [&](std::optional<Bytes> value) { found = std::move(value); });
  for (std::size_t i = 0; i < peers.size(); ++i) {
    EXPECT_EQ(answer_all(peers[i], [&](const auto&) { return wire::Value{values[i]}; }), 1U);
  }
  ASSERT_TRUE(found && *found);
  EXPECT_EQ(**found, values[1]);
}

TEST_F(KademliaTest, PublishesAgainWithTheCookieThatARefusalBrings) {
  auto peer = server(2);
  enter(peer);
  std::optional<std::size_t> taken;
  node_.publish(owner_.id(), pointer(owner_, 1, 1h), [&](std::size_t count) { taken = count; });
  answer_all(peer, [](const auto&) { return wire::Nodes{}; });
  peer.next.cookie = bench_.random.make<wire::Cookie>();
  const auto refuse = [](const auto&) { return wire::Refused{wire::Refusal::cookie}; };
  EXPECT_EQ(answer_all(peer, refuse), 1U);
  EXPECT_FALSE(taken);
  EXPECT_EQ(answer_all(peer,
                       [&](const wire::Datagram& request) {
                         EXPECT_EQ(request.cookie, peer.next.cookie);
                         return wire::Done{};
                       }),
            1U);
  EXPECT_EQ(taken, 1U);
  taken.reset();
  node_.publish(owner_.id(), pointer(owner_, 1, 1h), [&](std::size_t count) { taken = count; });
  answer_all(peer, [](const auto&) { return wire::Nodes{}; });
  for (int i = 0; i < 2; ++i) EXPECT_EQ(answer_all(peer, refuse), 1U);
  EXPECT_EQ(taken, 0U) << "not for ever";
}

TEST_F(KademliaTest, WhoHoldsAllPlacesNearAnOwnerGetsNotAllCopies) {
  std::vector<Peer> peers;
  for (std::uint64_t i = 0; i < 60; ++i) peers.push_back(server(2 + i));
  for (auto& peer : peers) enter(peer);
  std::map<NodeId, Peer*, CloserTo> closest_first(CloserTo{owner_.id()});
  for (auto& peer : peers) closest_first[peer.id()] = &peer;
  std::optional<std::size_t> taken;
  node_.publish(owner_.id(), pointer(owner_, 1, 1h), [&](std::size_t count) { taken = count; });
  std::size_t puts = 0;
  for (int round = 0; round < 10 && !taken; ++round) {
    std::size_t place = 0;
    for (const auto& [id, peer] : closest_first) {
      const bool is_attacker = place++ < 16;
      answer_all(*peer, [&](const wire::Datagram& request) -> wire::DatagramBody {
        if (!std::holds_alternative<wire::PutValue>(request.body)) return wire::Nodes{};
        ++puts;
        if (is_attacker) return wire::Refused{wire::Refusal::full};
        return wire::Done{};
      });
    }
  }
  EXPECT_EQ(puts, 32U) << "eight on each path";
  EXPECT_EQ(taken, 16U);
}

TEST_F(KademliaTest, AloneEverythingEndsWithNothing) {
  int ended = 0;
  node_.find_nodes({}, Effort::disjoint_paths,
                   [&](const std::vector<Contact>& found) { ended += found.empty(); });
  node_.find_value({}, [&](const std::optional<Bytes>& value) { ended += !value; });
  node_.publish({}, Bytes(10), [&](std::size_t taken) { ended += taken == 0; });
  node_.join({});
  EXPECT_EQ(ended, 3);
  EXPECT_TRUE(bench_.socket.sent.empty());
}

}  // namespace
}  // namespace mycostr::dht
