#include "dht/calls.hpp"

#include "unit/dht/parts.hpp"

namespace mycostr::dht {
namespace {

using namespace std::chrono_literals;

/// How often each handler of one call was called.
struct Outcome {
  int replied = 0;
  int failed = 0;
  int slow = 0;
  std::optional<Reply> reply;
};

class CallsTest : public testing::Test {
 protected:
  Bench bench_;
  Calls calls_{bench_.around, 128};
  Peer peer_{2, address_of(2)};

  std::shared_ptr<Outcome> start(Calls::Request request) {
    auto outcome = std::make_shared<Outcome>();
    calls_.start(std::move(request), {[outcome](const Reply& reply) {
                                        ++outcome->replied;
                                        outcome->reply = reply;
                                      },
                                      [outcome] { ++outcome->failed; }, [outcome] { ++outcome->slow; }});
    return outcome;
  }
  std::shared_ptr<Outcome> ping() {
    return start({.to = peer_.address(), .id = peer_.id(), .body = wire::Ping{}});
  }
  Bytes last_sent() const { return bench_.socket.sent.back().bytes; }
  void receive(const UdpAddress& from, const Bytes& bytes) {
    const auto got = wire::decode_datagram(bytes);
    ASSERT_TRUE(got);
    calls_.received(from, *got);
  }
  void pass(Duration duration) {
    bench_.clock.pass(duration);
    calls_.tick();
  }
  /// A call that is answered after `rtt`.
  void answered_after(Duration rtt) {
    ping();
    bench_.clock.pass(rtt);
    receive(peer_.address(), peer_.answer(last_sent(), wire::Done{}));
  }
  /// Of a new call; those before it are given up.
  Duration time_until_slow() {
    pass(1h);
    ping();
    return calls_.next_due() - bench_.clock.now();
  }
};

TEST_F(CallsTest, AReplyIsPassedOnOnce) {
  const auto outcome = ping();
  bench_.clock.pass(50ms);
  peer_.next.is_server = true;
  peer_.next.record_seq = 12;
  peer_.next.observed = address_of(77);
  const auto answer = peer_.answer(last_sent(), wire::Done{});
  receive(peer_.address(), answer);
  receive(peer_.address(), answer);
  EXPECT_EQ(outcome->replied, 1);
  EXPECT_EQ(outcome->reply->from, peer_.contact());
  EXPECT_EQ(outcome->reply->rtt, 50ms);
  EXPECT_EQ(outcome->reply->record_seq, 12U);
  EXPECT_TRUE(outcome->reply->is_server);
  EXPECT_EQ(outcome->reply->observed, address_of(77));
  pass(1h);
  EXPECT_EQ(outcome->failed + outcome->slow, 0);
  EXPECT_EQ(calls_.next_due(), SteadyTime::max());
}

TEST_F(CallsTest, AReplyNeedsItsTransactionAddressAndSignature) {
  const auto outcome = ping();
  const auto good = peer_.answer(last_sent(), wire::Done{});
  receive(address_of(3), good);
  receive({peer_.address().ip, 4082}, good);
  for (std::size_t bit = 3 * 8; bit < 11 * 8; ++bit) {  // of the transaction
    auto transaction = peer_.next.transaction;
    peer_.next.transaction.bytes[bit / 8 - 3] ^= static_cast<std::uint8_t>(1 << bit % 8);
    receive(peer_.address(), peer_.write(wire::Done{}));
    peer_.next.transaction = transaction;
  }
  EXPECT_EQ(bench_.signer.verified, 0U) << "what nobody waits for costs no check";
  auto forged = good;
  forged.back() ^= 1;
  forged[forged.size() - 64] ^= 1;
  receive(peer_.address(), forged);
  EXPECT_EQ(outcome->replied + outcome->failed, 0);
  receive(peer_.address(), good);
  EXPECT_EQ(outcome->replied, 1);
}

TEST_F(CallsTest, ABareCookieBringsTheRequestAgainWithItOnce) {
  const auto outcome = start({.to = peer_.address(),
                              .id = peer_.id(),
                              .body = wire::FindNodes{peer_.id()},
                              .reply_size = kMaxDatagram,
                              .is_server = true,
                              .record_seq = 7});
  peer_.next.cookie = bench_.random.make<wire::Cookie>();
  auto bare = peer_.answer(last_sent(), wire::Done{});
  std::fill(bare.end() - 64, bare.end(), 0);
  receive(address_of(3), bare);
  EXPECT_EQ(bench_.socket.sent.size(), 1U) << "from elsewhere";
  bench_.clock.pass(50ms);
  receive(peer_.address(), bare);
  receive(peer_.address(), bare);
  ASSERT_EQ(bench_.socket.sent.size(), 2U) << "once";
  EXPECT_EQ(bench_.signer.verified, 0U);
  const auto before = wire::decode_datagram(bench_.socket.sent[0].bytes)->datagram;
  const auto second = last_sent();
  const auto again = *wire::decode_datagram(second);
  EXPECT_LT(second.size(), bench_.socket.sent[0].bytes.size()) << "without padding";
  EXPECT_TRUE(bench_.signer.verify(again.datagram.key, again.signed_bytes, again.signature));
  EXPECT_EQ(again.datagram.cookie, peer_.next.cookie);
  EXPECT_EQ(again.datagram.transaction, before.transaction);
  EXPECT_EQ(again.datagram.receiver, before.receiver);
  EXPECT_EQ(std::get<wire::FindNodes>(again.datagram.body).target, peer_.id());
  EXPECT_TRUE(again.datagram.is_server);
  EXPECT_EQ(again.datagram.record_seq, 7U);
  EXPECT_EQ(outcome->replied + outcome->failed, 0);
  bench_.clock.pass(40ms);
  receive(peer_.address(), peer_.answer(last_sent(), wire::Done{}));
  EXPECT_EQ(outcome->replied, 1);
  EXPECT_EQ(outcome->reply->rtt, 40ms) << "of the second one";
  ping();
  EXPECT_EQ(wire::decode_datagram(last_sent())->datagram.cookie, peer_.next.cookie);
}

TEST_F(CallsTest, AnotherNodeAtTheAddressIsAFailure) {
  const auto outcome = ping();
  Peer other(3, peer_.address());
  receive(peer_.address(), other.answer(last_sent(), wire::Done{}));
  EXPECT_EQ(outcome->failed, 1);
  EXPECT_EQ(outcome->replied, 0);
  receive(peer_.address(), peer_.answer(last_sent(), wire::Done{}));
  EXPECT_EQ(outcome->replied, 0);
}

TEST_F(CallsTest, WithoutAnIdWhoeverAnswersCounts) {
  const auto outcome = start({.to = peer_.address(), .id = std::nullopt, .body = wire::Ping{}});
  receive(peer_.address(), peer_.answer(last_sent(), wire::Done{}));
  EXPECT_EQ(outcome->reply->from.id, peer_.id());
}

TEST_F(CallsTest, ReplyGoesToTheCallThatItAnswers) {
  const auto first = ping();
  const auto request = last_sent();
  const auto second = ping();
  receive(peer_.address(), peer_.answer(request, wire::Done{}));
  EXPECT_EQ(first->replied, 1);
  EXPECT_EQ(second->replied, 0);
}

TEST_F(CallsTest, IsRepeatedOnceAndThenGivenUp) {
  const auto outcome = ping();
  EXPECT_EQ(calls_.next_due(), bench_.clock.now() + 800ms) << "mean 0.2 s and 6 deviations of 0.1 s";
  pass(800ms - 1ns);
  EXPECT_EQ(bench_.socket.sent.size(), 1U);
  pass(1ns);
  ASSERT_EQ(bench_.socket.sent.size(), 2U);
  EXPECT_EQ(bench_.socket.sent[0].bytes, bench_.socket.sent[1].bytes);
  EXPECT_EQ(bench_.socket.sent[1].to, peer_.address());
  EXPECT_EQ(outcome->slow, 1);
  EXPECT_EQ(calls_.next_due(), bench_.clock.now() + 1600ms);
  pass(1600ms - 1ns);
  EXPECT_EQ(outcome->failed, 0);
  pass(1ns);
  EXPECT_EQ(outcome->failed, 1);
  EXPECT_EQ(calls_.next_due(), SteadyTime::max());
  receive(peer_.address(), peer_.answer(last_sent(), wire::Done{}));
  pass(1h);
  EXPECT_EQ(bench_.socket.sent.size(), 2U);
  EXPECT_EQ(outcome->slow + outcome->failed, 2);
  EXPECT_EQ(outcome->replied, 0) << "too late";
}

TEST_F(CallsTest, ASlowAnswerStillCountsButTellsNoTime) {
  const auto before = time_until_slow();
  pass(1h);
  bench_.socket.take();
  const auto outcome = ping();
  pass(800ms);
  bench_.clock.pass(10ms);
  receive(peer_.address(), peer_.answer(bench_.socket.sent.front().bytes, wire::Done{}));
  EXPECT_EQ(outcome->replied, 1);
  EXPECT_FALSE(outcome->reply->rtt) << "of which request, nobody knows (Karn)";
  EXPECT_EQ(time_until_slow(), before);
}

TEST_F(CallsTest, PatienceFollowsWhatIsUsual) {
  for (int i = 0; i < 100; ++i) answered_after(20ms);
  EXPECT_EQ(time_until_slow(), 100ms) << "no less";
  for (int i = 0; i < 100; ++i) answered_after(i % 2 == 0 ? 50ms : 80ms);
  EXPECT_GT(time_until_slow(), 110ms);
  EXPECT_LT(time_until_slow(), 200ms);
  for (int i = 0; i < 100; ++i) answered_after(i % 2 == 0 ? 100ms : 900ms);
  EXPECT_EQ(time_until_slow(), 1s) << "no more";
}

TEST_F(CallsTest, ANearNodeIsExpectedSooner) {
  start({.to = peer_.address(), .id = peer_.id(), .body = wire::Ping{}, .mean_rtt = 50ms});
  EXPECT_EQ(calls_.next_due(), bench_.clock.now() + 200ms);
  start({.to = peer_.address(), .id = peer_.id(), .body = wire::Ping{}, .mean_rtt = 1ms});
  EXPECT_EQ(calls_.next_due(), bench_.clock.now() + 100ms);
}

TEST_F(CallsTest, IsPaddedUntilThereIsACookie) {
  const auto find = [&] {
    start({.to = peer_.address(), .id = peer_.id(), .body = wire::FindNodes{}, .reply_size = 1150});
    return wire::decode_datagram(last_sent())->datagram;
  };
  EXPECT_EQ(find().cookie, wire::Cookie{});
  EXPECT_EQ(last_sent().size(), 1150U);
  peer_.next.cookie = bench_.random.make<wire::Cookie>();
  receive(peer_.address(), peer_.answer(last_sent(), wire::Nodes{}));
  EXPECT_EQ(find().cookie, peer_.next.cookie);
  EXPECT_EQ(last_sent().size(), 85U + 32 + 64);
}

TEST_F(CallsTest, AForgedReplyLeavesNoCookie) {
  ping();
  peer_.next.cookie = bench_.random.make<wire::Cookie>();
  auto forged = peer_.answer(last_sent(), wire::Done{});
  forged[forged.size() - 64] ^= 1;
  receive(peer_.address(), forged);
  ping();
  EXPECT_EQ(wire::decode_datagram(last_sent())->datagram.cookie, wire::Cookie{});
}

TEST_F(CallsTest, HandlersMayStartCalls) {
  int ended = 0;
  std::function<void(int)> again = [&](int depth) {
    if (depth == 0) return;
    calls_.start({.to = peer_.address(), .id = peer_.id(), .body = wire::Ping{}},
                 {[](const Reply&) {},
                  [&, depth] {
                    ++ended;
                    again(depth - 1);
                    again(depth - 1);
                  },
                  [&, depth] { again(depth - 1); }});
  };
  again(5);
  for (int i = 0; i < 50; ++i) pass(1s);
  EXPECT_EQ(ended, 1 + 3 + 9 + 27 + 81);
  EXPECT_EQ(calls_.next_due(), SteadyTime::max());
}

TEST_F(CallsTest, EachCallEndsExactlyOnceWhateverComes) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    test::SeededRandom random(seed);
    std::vector<std::pair<std::shared_ptr<Outcome>, Bytes>> all;
    for (int step = 0; step < 200; ++step) {
      if (random.chance(1, 2)) {
        auto outcome = ping();
        all.emplace_back(std::move(outcome), last_sent());
      } else if (!all.empty() && random.chance(1, 2)) {
        auto answer = peer_.answer(all[random.below(all.size())].second, wire::Done{});
        if (random.chance(1, 4)) answer[answer.size() - 60] ^= 1;
        receive(random.chance(1, 4) ? address_of(9) : peer_.address(), answer);
      } else {
        pass(std::chrono::milliseconds(random.below(900)));
      }
    }
    for (int i = 0; i < 3; ++i) pass(3s);
    for (const auto& [outcome, request] : all) {
      ASSERT_EQ(outcome->replied + outcome->failed, 1) << seed;
      ASSERT_LE(outcome->slow, 1) << seed;
    }
    ASSERT_EQ(calls_.next_due(), SteadyTime::max());
  }
}

}  // namespace
}  // namespace mycostr::dht
