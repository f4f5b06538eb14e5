#include "dht/responder.hpp"

#include "unit/dht/parts.hpp"

namespace mycostr::dht {
namespace {

using namespace std::chrono_literals;

class ResponderTest : public testing::Test {
 protected:
  Bench bench_;
  RoutingTable table_{crypto::node_id_of(bench_.signer.key()), {}};
  FixedRecord record_;
  Responder responder_{bench_.around, table_, record_};
  Peer peer_{2, address_of(2)};
  crypto::Identity owner_ = identity_of(1);

  std::vector<Contact> helpers_;  ///< asked to knock
  std::vector<wire::KnockAt> asked_;

  void SetUp() override {
    responder_.may_ask = [](const UdpAddress& address) { return address.port != 0; };
    responder_.ask_to_knock = [this](const Contact& helper, const wire::KnockAt& request) {
      helpers_.push_back(helper);
      asked_.push_back(request);
      return true;
    };
    for (std::size_t i = 0; i < 60; ++i) {
      table_.answered(random_contact(bench_.random, 1000 + i), 1ms, bench_.clock.now());
    }
  }
  std::optional<Asker> receive(const UdpAddress& from, const Bytes& bytes) {
    return responder_.received(from, *wire::decode_datagram(bytes), bytes.size(), true);
  }
  std::optional<Asker> ask(wire::DatagramBody body, std::size_t padded = 0) {
    return receive(peer_.address(), peer_.write(std::move(body), padded));
  }
  /// The only answer to `peer`.
  std::optional<wire::Datagram> answer_to(const Peer& peer) {
    std::optional<wire::Datagram> out;
    for (const auto& sent : bench_.socket.take()) {
      if (sent.to != peer.address()) continue;
      EXPECT_FALSE(out) << "one answer to one request";
      out = wire::decode_datagram(sent.bytes)->datagram;
    }
    return out;
  }
  std::optional<wire::Datagram> answer(wire::DatagramBody body, std::size_t padded = 0) {
    bench_.socket.take();
    peer_.next.transaction = bench_.random.make<wire::Transaction>();
    ask(std::move(body), padded);
    return answer_to(peer_);
  }
  template <class Body>
  std::optional<Body> answer_as(wire::DatagramBody body, std::size_t padded = 0) {
    const auto got = answer(std::move(body), padded);
    const auto* as = got ? std::get_if<Body>(&got->body) : nullptr;
    return as == nullptr ? std::nullopt : std::optional(*as);
  }
  void prove(Peer& peer) {
    bench_.socket.take();
    receive(peer.address(), peer.write(wire::Ping{}));
    peer.next.cookie = answer_to(peer)->cookie;
  }
  Bytes pointer(std::uint64_t seq, Duration life = 1h) {
    wire::OwnerPointer out;
    out.owner_key = owner_.public_key();
    out.seq = seq;
    out.expires = bench_.clock.wall_now() + std::chrono::duration_cast<std::chrono::milliseconds>(life);
    return wire::encode_owner_pointer(out, owner_);
  }
};

TEST_F(ResponderTest, AnswersCarryWhatTheAskerNeeds) {
  const auto got = answer(wire::Ping{});
  ASSERT_TRUE(got);
  EXPECT_TRUE(std::holds_alternative<wire::Done>(got->body));
  EXPECT_EQ(got->transaction, peer_.next.transaction);
  EXPECT_EQ(got->network, kTag);
  EXPECT_EQ(got->observed, peer_.address());
  EXPECT_EQ(got->record_seq, record_.seq());
  EXPECT_EQ(got->key, bench_.signer.key());
  EXPECT_NE(got->cookie, wire::Cookie{});
}

TEST_F(ResponderTest, NeverSendsMoreThanCameFromAnUnprovenAddress) {
  prove(peer_);
  ASSERT_TRUE(answer_as<wire::Done>(wire::PutValue{pointer(1)}));
  peer_.next.cookie = {};
  const auto stranger = address_of(900);
  const std::vector<wire::DatagramBody> requests{wire::Ping{},
                                                 wire::FindNodes{},
                                                 wire::FindNodes{table_.closest({}, 1)[0].id},
                                                 wire::GetValue{},
                                                 wire::GetValue{owner_.id()},
                                                 wire::PutValue{},
                                                 wire::PutValue{pointer(2)},
                                                 wire::GetRecord{},
                                                 wire::CheckMe{},
                                                 wire::KnockAt{stranger, {}},
                                                 wire::KnockAt{peer_.address(), {}},
                                                 wire::Knock{}};
  for (const auto& request : requests) {
    for (std::size_t padded = 0; padded <= kMaxDatagram; ++padded) {
      bench_.clock.pass(10s);  // the limits of rate are another matter
      bench_.socket.take();
      const auto bytes = peer_.write(request, padded);
      receive(peer_.address(), bytes);
      std::size_t sent = 0;
      for (const auto& one : bench_.socket.sent) sent += one.bytes.size();
      ASSERT_LE(sent, bytes.size()) << request.index() << " " << padded;
      if (padded < bytes.size()) padded = bytes.size() - 1;
    }
  }
}

TEST_F(ResponderTest, AnAddressIsProvenByItsOwnCookieOnly) {
  EXPECT_FALSE(ask(wire::Ping{})->is_proven);
  prove(peer_);
  EXPECT_TRUE(ask(wire::Ping{})->is_proven);
  Peer thief(3, address_of(3));
  thief.next.cookie = peer_.next.cookie;
  EXPECT_FALSE(receive(thief.address(), thief.write(wire::Ping{}))->is_proven);
  EXPECT_FALSE(receive({peer_.address().ip, 9}, peer_.write(wire::Ping{}))->is_proven);
}

TEST_F(ResponderTest, ARequestThatWasPassedOnIsDropped) {
  prove(peer_);
  // As it was sent to somebody else, who has this node's cookie for its own address.
  Peer middle(3, address_of(3));
  prove(middle);
  peer_.next.cookie = middle.next.cookie;
  peer_.receiver = wire::receiver_tag(middle.id());
  EXPECT_FALSE(receive(middle.address(), peer_.write(wire::Ping{})));
  peer_.receiver = {};
  const auto asker = receive(middle.address(), peer_.write(wire::Ping{}));
  ASSERT_TRUE(asker) << "who does not know this node's id may ask";
  EXPECT_FALSE(asker->is_proven);
}

TEST_F(ResponderTest, CookiesExpireAfterTwoPeriods) {
  bench_.clock.pass(1h);
  responder_.tick();
  prove(peer_);
  bench_.clock.pass(5min);
  responder_.tick();
  EXPECT_TRUE(ask(wire::Ping{})->is_proven);
  bench_.clock.pass(5min);
  responder_.tick();
  EXPECT_FALSE(ask(wire::Ping{})->is_proven);
}

TEST_F(ResponderTest, WrongSignaturesAreNotAnswered) {
  for (const wire::DatagramBody& body :
       {wire::DatagramBody(wire::Ping{}), wire::DatagramBody(wire::Knock{})}) {
    auto bytes = peer_.write(body);
    bytes[bytes.size() - 64] ^= 1;
    bool knocked = false;
    responder_.knocked = [&](const UdpAddress&, const wire::Nonce&) { knocked = true; };
    EXPECT_FALSE(receive(peer_.address(), bytes));
    EXPECT_TRUE(bench_.socket.sent.empty());
    EXPECT_FALSE(knocked);
  }
}

TEST_F(ResponderTest, ContactsAreTheClosestWithoutTheAsker) {
  prove(peer_);
  table_.answered(peer_.contact(), 1ms, bench_.clock.now());
  const auto nodes = answer_as<wire::Nodes>(wire::FindNodes{peer_.id()});
  ASSERT_TRUE(nodes);
  auto expected = table_.closest(peer_.id(), wire::kMaxContactsPerReply + 1);
  ASSERT_EQ(expected.front(), peer_.contact());
  expected.erase(expected.begin());
  EXPECT_EQ(nodes->contacts, expected);
}

TEST_F(ResponderTest, PaddingBuysContacts) {
  EXPECT_FALSE(answer_as<wire::Nodes>(wire::FindNodes{})) << "no room for one";
  EXPECT_EQ(answer_as<wire::Nodes>(wire::FindNodes{}, wire::nodes_reply_size(7))->contacts.size(), 7U);
  EXPECT_EQ(answer_as<wire::Nodes>(wire::FindNodes{}, wire::nodes_reply_size(8) - 1)->contacts.size(), 7U);
  EXPECT_EQ(answer_as<wire::Nodes>(wire::FindNodes{}, kMaxDatagram)->contacts.size(), 20U);
}

TEST_F(ResponderTest, PutsNeedACookie) {
  EXPECT_EQ(answer_as<wire::Refused>(wire::PutValue{pointer(1)}, kMaxDatagram)->why, wire::Refusal::cookie);
  EXPECT_EQ(responder_.values(), 0U);
  prove(peer_);
  EXPECT_TRUE(answer_as<wire::Done>(wire::PutValue{pointer(1)}));
  EXPECT_EQ(responder_.values(), 1U);
  EXPECT_EQ(answer_as<wire::Value>(wire::GetValue{owner_.id()})->value, pointer(1));
}

TEST_F(ResponderTest, PutsAreRefusedWithTheReason) {
  prove(peer_);
  const auto why = [&](Bytes value) {
    return answer_as<wire::Refused>(wire::PutValue{std::move(value)})->why;
  };
  auto forged = pointer(1);
  forged.back() ^= 1;
  EXPECT_EQ(why(forged), wire::Refusal::invalid);
  EXPECT_EQ(why(pointer(1, -1h)), wire::Refusal::outdated);
  EXPECT_EQ(why(pointer(1, 25h)), wire::Refusal::outdated);
  answer(wire::PutValue{pointer(9)});
  EXPECT_EQ(why(pointer(8)), wire::Refusal::outdated);
}

TEST_F(ResponderTest, ValuesExpire) {
  prove(peer_);
  answer(wire::PutValue{pointer(1)});
  bench_.clock.pass(1h);
  responder_.tick();
  EXPECT_EQ(responder_.values(), 0U);
  EXPECT_TRUE(answer_as<wire::Nodes>(wire::GetValue{owner_.id()}, kMaxDatagram));
}

TEST_F(ResponderTest, ValueAndRecordNeedRoomOrACookie) {
  prove(peer_);
  answer(wire::PutValue{pointer(1)});
  const auto cookie = std::exchange(peer_.next.cookie, {});
  EXPECT_EQ(answer_as<wire::Refused>(wire::GetValue{owner_.id()})->why, wire::Refusal::cookie);
  EXPECT_TRUE(answer_as<wire::Value>(wire::GetValue{owner_.id()}, kMaxDatagram));
  EXPECT_EQ(answer_as<wire::Refused>(wire::GetRecord{}, 200)->why, wire::Refusal::cookie);
  EXPECT_TRUE(answer_as<wire::Value>(wire::GetRecord{}, kMaxDatagram));
  peer_.next.cookie = cookie;
  EXPECT_EQ(answer_as<wire::Value>(wire::GetRecord{})->value, record_.bytes);
  record_.bytes.resize(wire::kMaxDhtValue + 1);
  EXPECT_EQ(answer_as<wire::Refused>(wire::GetRecord{})->why, wire::Refusal::invalid);
}

TEST_F(ResponderTest, ACheckIsPassedOnForProvenOnesToAnotherNode) {
  const auto nonce = bench_.random.make<wire::Nonce>();
  EXPECT_EQ(answer_as<wire::Refused>(wire::CheckMe{nonce})->why, wire::Refusal::cookie);
  prove(peer_);
  table_.answered(peer_.contact(), 1ms, bench_.clock.now());
  for (int i = 0; i < 100; ++i) {
    bench_.clock.pass(1s);
    EXPECT_TRUE(answer_as<wire::Done>(wire::CheckMe{nonce}));
    ASSERT_EQ(asked_.size(), 1U + static_cast<std::size_t>(i));
    EXPECT_NE(helpers_.back(), peer_.contact());
    EXPECT_NE(table_.find(helpers_.back().id), nullptr);
    EXPECT_EQ(asked_.back().address, peer_.address()) << "the address that was proven, no other";
    EXPECT_EQ(asked_.back().nonce, nonce);
  }
  responder_.ask_to_knock = [](const Contact&, const wire::KnockAt&) { return false; };
  EXPECT_EQ(answer_as<wire::Refused>(wire::CheckMe{nonce})->why, wire::Refusal::full);
}

TEST_F(ResponderTest, WithNobodyToPassItOnToACheckIsRefused) {
  RoutingTable alone(table_.closest({}, 1)[0].id, {});
  Responder responder(bench_.around, alone, record_);
  const auto send = [&] {
    const auto bytes = peer_.write(wire::CheckMe{});
    responder.received(peer_.address(), *wire::decode_datagram(bytes), bytes.size(), true);
    return *answer_to(peer_);
  };
  peer_.next.cookie = send().cookie;
  EXPECT_EQ(std::get<wire::Refused>(send().body).why, wire::Refusal::full);
}

TEST_F(ResponderTest, KnocksOnceAtTheAddressForWhoIsProven) {
  const auto nonce = bench_.random.make<wire::Nonce>();
  const wire::KnockAt request{address_of(900), nonce};
  EXPECT_EQ(answer_as<wire::Refused>(request)->why, wire::Refusal::cookie);
  prove(peer_);
  ask(request);
  ASSERT_EQ(bench_.socket.sent.size(), 2U);
  EXPECT_EQ(bench_.socket.sent[0].to, address_of(900));
  const auto knock = wire::decode_datagram(bench_.socket.sent[0].bytes)->datagram;
  EXPECT_EQ(std::get<wire::Knock>(knock.body).nonce, nonce);
  EXPECT_EQ(knock.cookie, wire::Cookie{});
  EXPECT_TRUE(std::holds_alternative<wire::Done>(answer_to(peer_)->body));
  EXPECT_EQ(answer_as<wire::Refused>(wire::KnockAt{{address_of(901).ip, 0}, nonce})->why,
            wire::Refusal::invalid)
      << "where nothing may be sent to";
}

TEST_F(ResponderTest, KnocksFewTimesAtOnePlace) {
  std::vector<Peer> askers;
  for (unsigned i = 0; i < 60; ++i) {
    askers.emplace_back(100 + i, address_of(2000 + i));
    prove(askers.back());
  }
  const auto knocks = [&] {
    std::size_t count = 0;
    for (std::uint8_t i = 0; i < 60; ++i) {
      receive(askers[i].address(), askers[i].write(wire::KnockAt{address_of(900, i), {}}));
      count += std::holds_alternative<wire::Done>(answer_to(askers[i])->body);
    }
    return count;
  };
  EXPECT_EQ(knocks(), 5U);
  bench_.clock.pass(5s);
  EXPECT_EQ(knocks(), 1U);
}

TEST_F(ResponderTest, KnocksFewTimesForOnePlaceAndThenForOthersAllTheSame) {
  prove(peer_);
  std::size_t knocks = 0;
  for (std::size_t i = 0; i < 150; ++i) {
    knocks += answer_as<wire::Done>(wire::KnockAt{address_of(2000 + i), {}}).has_value();
  }
  EXPECT_EQ(knocks, 5U);
  Peer other(3, address_of(3));
  prove(other);
  receive(other.address(), other.write(wire::KnockAt{address_of(4000), {}}));
  EXPECT_TRUE(std::holds_alternative<wire::Done>(answer_to(other)->body));
}

TEST_F(ResponderTest, AKnockIsHeardAndNotAnswered) {
  const auto nonce = bench_.random.make<wire::Nonce>();
  std::vector<std::pair<UdpAddress, wire::Nonce>> heard;
  responder_.knocked = [&](const UdpAddress& from, const wire::Nonce& n) { heard.emplace_back(from, n); };
  EXPECT_FALSE(ask(wire::Knock{nonce}));
  EXPECT_TRUE(bench_.socket.sent.empty());
  EXPECT_EQ(heard, (std::vector{std::pair(peer_.address(), nonce)}));
}

TEST_F(ResponderTest, ProvenAndUnprovenHaveTheirOwnLimits) {
  prove(peer_);
  const auto cookie = std::exchange(peer_.next.cookie, {});
  const auto answered = [&] {
    std::size_t count = 0;
    for (int i = 0; i < 1000; ++i) count += ask(wire::Ping{}).has_value();
    return count;
  };
  EXPECT_EQ(answered(), 49U) << "fifty, with the one that brought the cookie";
  peer_.next.cookie = cookie;
  EXPECT_EQ(answered(), 200U);
  bench_.clock.pass(1s);
  EXPECT_EQ(answered(), 50U);
  peer_.next.cookie = {};
  EXPECT_EQ(answered(), 10U);
}

TEST_F(ResponderTest, BeyondItsLimitAStrangerGetsACookieWithWhichItIsNone) {
  while (ask(wire::Ping{})) {
  }
  const auto verified = bench_.signer.verified;
  for (const auto& request : {wire::DatagramBody(wire::Ping{}), wire::DatagramBody(wire::FindNodes{})}) {
    const auto bytes = peer_.write(request);
    bench_.socket.take();
    EXPECT_FALSE(receive(peer_.address(), bytes));
    ASSERT_EQ(bench_.socket.sent.size(), 1U);
    EXPECT_LE(bench_.socket.sent[0].bytes.size(), bytes.size());
    const auto got = *wire::decode_datagram(bench_.socket.sent[0].bytes);
    EXPECT_EQ(got.signature, Signature());
    EXPECT_EQ(got.datagram.transaction, peer_.next.transaction);
    peer_.next.cookie = got.datagram.cookie;
    EXPECT_TRUE(ask(wire::Ping{})->is_proven);
    peer_.next.cookie = {};
  }
  EXPECT_EQ(bench_.signer.verified, verified + 2) << "of those with a cookie";
  bench_.socket.take();
  peer_.receiver = {};
  ask(wire::Ping{});
  EXPECT_TRUE(bench_.socket.sent.empty()) << "whom a cookie would not prove";
}

TEST_F(ResponderTest, BareCookiesAreLimited) {
  Peer attacker(3, {});
  const auto bytes = attacker.write(wire::Ping{});
  const auto forged = *wire::decode_datagram(bytes);
  for (std::size_t i = 0; i < 10'000; ++i) responder_.received(address_of(i), forged, bytes.size(), true);
  EXPECT_EQ(bench_.socket.take().size(), 1000U + 2000U) << "answers, and cookies";
  bench_.clock.pass(1s);
  for (std::size_t i = 0; i < 10'000; ++i) responder_.received(address_of(i), forged, bytes.size(), true);
  EXPECT_EQ(bench_.socket.take().size(), 500U + 2000U);
}

TEST_F(ResponderTest, AMillionForgedSendersDoNotHurtAProvenOne) {
  prove(peer_);
  const auto request = peer_.write(wire::Ping{});
  Peer attacker(3, {});
  const auto bytes = attacker.write(wire::Ping{});
  const auto forged = *wire::decode_datagram(bytes);
  const auto verified = bench_.signer.verified;
  for (std::size_t i = 0; i < 1'000'000; ++i) {
    responder_.received(address_of(i), forged, bytes.size(), true);
    bench_.socket.sent.clear();
  }
  EXPECT_LE(bench_.signer.verified - verified, 1000U) << "nor cost more checks than all of them together may";
  EXPECT_TRUE(receive(peer_.address(), request)->is_proven);
  EXPECT_FALSE(receive(address_of(7), Peer(4, {}).write(wire::Ping{})));
  bench_.clock.pass(1s);
  EXPECT_TRUE(receive(address_of(7), Peer(4, {}).write(wire::Ping{}))) << "a stranger's turn comes again";
}

}  // namespace
}  // namespace mycostr::dht
