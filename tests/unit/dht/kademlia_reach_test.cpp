// Whether others can reach a node, where they see it, and what it does so that others learn that.
#include "unit/dht/kademlia_fixture.hpp"

namespace mycostr::dht {
namespace {

class KademliaReachTest : public KademliaTest {
 protected:
  /// One that comes with the cookie from now on.
  Peer proven(std::uint64_t seed) {
    auto out = server(seed);
    node_.received(out.address(), out.write(wire::Ping{}));
    out.next.cookie = wire::decode_datagram(bench_.socket.take()[0].bytes)->datagram.cookie;
    return out;
  }
};

TEST_F(KademliaReachTest, AsksForAKnockAgainWithTheCookieThatARefusalBrings) {
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

TEST_F(KademliaReachTest, ACheckIsPassedOnAgainWithTheCookieThatARefusalBrings) {
  auto helper = server(2);
  enter(helper);
  auto asker = proven(3);
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

TEST_F(KademliaReachTest, FewChecksArePassedOnAtOnce) {
  auto helper = server(2);
  enter(helper);
  auto asker = proven(3);
  const auto passed_on = [&](int checks) {
    bench_.socket.take();
    for (int i = 0; i < checks; ++i) node_.received(asker.address(), asker.write(wire::CheckMe{}));
    return std::ranges::count(bench_.socket.sent, helper.address(), &SentDatagrams::One::to);
  };
  EXPECT_EQ(passed_on(100), 32);
  answer_all(helper, [](const auto&) { return wire::Done{}; });
  EXPECT_EQ(passed_on(1), 1);
}

TEST_F(KademliaReachTest, KnocksAtNoPrivateAddressForOthers) {
  auto asker = proven(2);
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

TEST_F(KademliaReachTest, WithoutOthersThatCouldTellItIsAServer) {
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

TEST_F(KademliaReachTest, OwnAddressIsWhatMostSay) {
  for (std::uint64_t i = 0; i < 11; ++i) {
    auto peer = server(2 + i);
    peer.next.observed = i < 5 ? address_of(500 + i) : address_of(77);
    enter(peer);
  }
  EXPECT_EQ(node_.observed(), address_of(77));
}

TEST_F(KademliaReachTest, WhoAnswersOftenHasOneVote) {
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

TEST_F(KademliaReachTest, WhatWasSaidOfTheOwnAddressGrowsOld) {
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
