#include "dht/kademlia.hpp"

#include "dht/distance.hpp"
#include "unit/dht/parts.hpp"

namespace mycostr::dht {
namespace {

using namespace std::chrono_literals;

/// One node, and others that the test plays. Networks of many are in tests/sim.
class KademliaTest : public testing::Test {
 protected:
  Bench bench_;
  FixedRecord record_;
  Kademlia node_{bench_.around, crypto::node_id_of(bench_.signer.key()), record_, {}};
  crypto::Identity owner_ = identity_of(1);

  Peer server(std::uint64_t seed) {
    Peer peer(seed, address_of(seed));
    peer.next.is_server = true;
    return peer;
  }
  void enter(Peer& peer) {
    node_.ping(peer.address(), [](const std::optional<Contact>&) {});
    answer_all(peer, [](const auto&) { return wire::Done{}; });
    ASSERT_NE(node_.table().find(peer.id()), nullptr);
  }
  /// Answers the requests to `peer` that were sent so far with what `answer` makes of them; the others stay.
  template <class Answer>
  std::size_t answer_all(Peer& peer, Answer answer) {
    auto sent = bench_.socket.take();
    std::erase_if(sent, [&](const auto& one) {
      if (one.to == peer.address()) return false;
      bench_.socket.sent.push_back(one);
      return true;
    });
    std::size_t count = 0;
    for (const auto& one : sent) {
      const auto request = wire::decode_datagram(one.bytes)->datagram;
      if (wire::is_reply(request.body)) continue;
      node_.received(peer.address(), peer.answer(one.bytes, answer(request)));
      ++count;
    }
    return count;
  }
  void pass(Duration duration) {
    for (const auto end = bench_.clock.now() + duration; bench_.clock.now() < end;) {
      bench_.clock.pass(100ms);
      node_.tick();
    }
  }
  Bytes pointer(const crypto::Identity& owner, std::uint64_t seq, Duration life) {
    wire::OwnerPointer out;
    out.owner_key = owner.public_key();
    out.seq = seq;
    out.expires = bench_.clock.wall_now() + std::chrono::duration_cast<std::chrono::milliseconds>(life);
    return wire::encode_owner_pointer(out, owner);
  }
};

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

TEST_F(KademliaTest, AsksForAKnockAgainWithTheCookieThatARefusalBrings) {
  std::vector<Peer> peers;
  for (std::uint64_t i = 0; i < 3; ++i) peers.push_back(server(2 + i));
  for (auto& peer : peers) enter(peer);
  std::vector<std::pair<wire::Cookie, wire::Nonce>> asked;
  const auto cookie = bench_.random.make<wire::Cookie>();
  const auto refuse_all = [&] {
    for (auto& peer : peers) {
      peer.next.cookie = cookie;
      answer_all(peer, [&](const wire::Datagram& request) -> wire::DatagramBody {
        const auto* check = std::get_if<wire::CheckMe>(&request.body);
        if (check == nullptr) return wire::Done{};
        asked.emplace_back(request.cookie, check->nonce);
        return wire::Refused{wire::Refusal::cookie};
      });
    }
  };
  while (asked.empty()) {
    pass(100ms);
    refuse_all();
  }
  for (int i = 0; i < 5; ++i) refuse_all();
  ASSERT_EQ(asked.size(), 2U) << "once more, not for ever";
  EXPECT_NE(asked[0].first, cookie);
  EXPECT_EQ(asked[1].first, cookie);
  EXPECT_EQ(asked[1].second, asked[0].second);
  pass(20s);
  EXPECT_TRUE(node_.reachability().is_server()) << "a check refused tells nothing";
}

TEST_F(KademliaTest, ACheckIsPassedOnAgainWithTheCookieThatARefusalBrings) {
  auto helper = server(2);
  enter(helper);
  auto asker = server(3);
  node_.received(asker.address(), asker.write(wire::Ping{}));
  asker.next.cookie = wire::decode_datagram(bench_.socket.take()[0].bytes)->datagram.cookie;
  const auto nonce = bench_.random.make<wire::Nonce>();
  node_.received(asker.address(), asker.write(wire::CheckMe{nonce}));
  std::vector<wire::Cookie> cookies;
  helper.next.cookie = bench_.random.make<wire::Cookie>();
  for (int i = 0; i < 5; ++i) {
    answer_all(helper, [&](const wire::Datagram& request) {
      EXPECT_EQ(std::get<wire::KnockAt>(request.body).nonce, nonce);
      EXPECT_EQ(std::get<wire::KnockAt>(request.body).address, asker.address());
      cookies.push_back(request.cookie);
      return wire::Refused{wire::Refusal::cookie};
    });
  }
  ASSERT_EQ(cookies.size(), 2U) << "once more, not for ever";
  EXPECT_EQ(cookies[1], helper.next.cookie);
}

TEST_F(KademliaTest, FewChecksArePassedOnAtOnce) {
  auto helper = server(2);
  enter(helper);
  auto asker = server(3);
  node_.received(asker.address(), asker.write(wire::Ping{}));
  asker.next.cookie = wire::decode_datagram(bench_.socket.take()[0].bytes)->datagram.cookie;
  const auto passed_on = [&](int checks) {
    bench_.socket.take();
    for (int i = 0; i < checks; ++i) node_.received(asker.address(), asker.write(wire::CheckMe{}));
    return std::ranges::count(bench_.socket.sent, helper.address(), &SentDatagrams::One::to);
  };
  EXPECT_EQ(passed_on(100), 32);
  answer_all(helper, [](const auto&) { return wire::Done{}; });
  EXPECT_EQ(passed_on(1), 1);
}

TEST_F(KademliaTest, KnocksAtNoPrivateAddressForOthers) {
  auto asker = server(2);
  node_.received(asker.address(), asker.write(wire::Ping{}));
  asker.next.cookie = wire::decode_datagram(bench_.socket.take()[0].bytes)->datagram.cookie;
  for (const auto& ip : {IpAddress::v4(10, 0, 0, 1), IpAddress::v4(224, 0, 0, 1), IpAddress::v4(127, 0, 0, 1),
                         IpAddress::v4(255, 255, 255, 255), address_of(9).ip}) {
    node_.received(asker.address(), asker.write(wire::KnockAt{{ip, 4081}, {}}));
  }
  std::vector<UdpAddress> knocked;
  for (const auto& one : bench_.socket.take()) {
    if (one.to != asker.address()) knocked.push_back(one.to);
  }
  EXPECT_EQ(knocked, std::vector{address_of(9)});
}

TEST_F(KademliaTest, WithoutOthersThatCouldTellItIsAServer) {
  std::vector<Peer> peers;
  for (std::uint64_t i = 0; i < 3; ++i) peers.push_back(server(2 + i));
  for (auto& peer : peers) enter(peer);
  const auto answer_everything = [&] {
    for (auto& peer : peers) answer_all(peer, [](const auto&) { return wire::Done{}; });
  };
  // They say that it is done, and nobody knocks.
  for (int i = 0; i < 2000 && node_.reachability().is_server(); ++i) {
    pass(100ms);
    answer_everything();
  }
  ASSERT_FALSE(node_.reachability().is_server());
  // Clients now, as all are: they leave the table.
  for (auto& peer : peers) peer.next.is_server = false;
  for (int i = 0; i < 300; ++i) {
    for (auto& peer : peers) node_.probe(peer.contact());
    answer_everything();
    pass(100ms);
  }
  EXPECT_TRUE(node_.reachability().is_server());
  EXPECT_FALSE(node_.reachability().verdict());
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

TEST_F(KademliaTest, OwnAddressIsWhatMostSay) {
  for (std::uint64_t i = 0; i < 11; ++i) {
    auto peer = server(2 + i);
    peer.next.observed = i < 5 ? address_of(500 + i) : address_of(77);
    enter(peer);
  }
  EXPECT_EQ(node_.observed(), address_of(77));
}

TEST_F(KademliaTest, WhoAnswersOftenHasOneVote) {
  auto liar = server(2);
  liar.next.observed = address_of(666);
  for (int i = 0; i < 20; ++i) enter(liar);
  auto other = server(3);
  other.next.observed = address_of(667);
  enter(other);
  EXPECT_EQ(node_.observed(), std::nullopt) << "two of two subnets disagree";
  for (std::uint64_t i = 0; i < 3; ++i) {
    auto peer = server(10 + i);
    peer.next.observed = address_of(77);
    enter(peer);
    for (int k = 0; k < 5; ++k) enter(liar);
  }
  EXPECT_EQ(node_.observed(), address_of(77));
}

TEST_F(KademliaTest, WhatWasSaidOfTheOwnAddressGrowsOld) {
  const auto say = [&](std::uint64_t from, std::uint64_t address) {
    auto peer = server(from);
    peer.next.observed = address_of(address);
    enter(peer);
  };
  say(10, 77);
  EXPECT_EQ(node_.observed(), address_of(77)) << "all subnets that there are";
  for (std::uint64_t i = 11; i < 15; ++i) say(i, 77);
  bench_.clock.pass(31min);
  for (std::uint64_t i = 20; i < 23; ++i) say(i, 78);
  EXPECT_EQ(node_.observed(), address_of(78));
}

}  // namespace
}  // namespace mycostr::dht
