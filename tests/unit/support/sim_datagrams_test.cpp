#include "support/sim_datagrams.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace mycostr::test {
namespace {

using namespace std::chrono_literals;

class Inbox final : public DatagramHandler {
 public:
  explicit Inbox(VirtualClock& clock) : clock_(clock) {}
  void received(const UdpAddress& from, ByteView bytes) override {
    from_.push_back(from);
    got_.emplace_back(as_text(bytes));
    last_at_ = clock_.now();
  }
  const std::vector<std::string>& got() const { return got_; }
  const std::vector<UdpAddress>& from() const { return from_; }
  Duration last_at() const { return last_at_.time_since_epoch(); }

 private:
  VirtualClock& clock_;
  std::vector<UdpAddress> from_;
  std::vector<std::string> got_;
  SteadyTime last_at_;
};

/// Three nodes, all on.
class SimDatagramsTest : public testing::Test {
 protected:
  explicit SimDatagramsTest(std::uint64_t seed = 7) : network_(loop_, clock_, trace_, seed) {
    for (std::size_t i = 0; i < kNodes; ++i) {
      PeerIdentity identity;
      identity.id.bytes[0] = static_cast<std::uint8_t>(i);
      network_.add(identity, {"10.0." + std::to_string(i) + ".1", 4100}, powers_[i]);
      powers_[i].on();
      end(i).serve(inboxes_[i]);
    }
  }

  SimDatagrams& end(std::size_t node) { return network_.datagrams(node); }
  void send(std::size_t from, std::size_t to, std::string_view text) {
    end(from).send(end(to).address(), as_bytes(text));
  }
  std::size_t count(std::size_t node) const { return inboxes_[node].got().size(); }

  static constexpr std::size_t kNodes = 3;
  boost::asio::io_context loop_;
  VirtualClock clock_{loop_};
  Trace trace_;
  SimNetwork network_;
  std::array<Power, kNodes> powers_;
  std::array<Inbox, kNodes> inboxes_{Inbox(clock_), Inbox(clock_), Inbox(clock_)};
};

TEST_F(SimDatagramsTest, ArriveLaterAndSayWhereTheyComeFrom) {
  send(0, 1, "hello");
  EXPECT_EQ(count(1), 0u);
  clock_.run();
  EXPECT_EQ(inboxes_[1].got(), std::vector<std::string>{"hello"});
  EXPECT_EQ(inboxes_[1].from(), (std::vector<UdpAddress>{{IpAddress::v4(10, 0, 0, 1), 4100}}));
  EXPECT_GE(inboxes_[1].last_at(), 1ms);
  EXPECT_LE(inboxes_[1].last_at(), 1s);
  EXPECT_EQ(network_.datagrams_sent(), 1u);
}

TEST_F(SimDatagramsTest, AnAnswerComesFromWithinReceived) {
  struct Echo final : DatagramHandler {
    explicit Echo(SimDatagrams& on) : end(on) {}
    void received(const UdpAddress& from, ByteView bytes) override { end.send(from, bytes); }
    SimDatagrams& end;
  } echo(end(1));
  end(1).serve(echo);
  send(0, 1, "echo");
  clock_.run();
  EXPECT_EQ(inboxes_[0].got(), std::vector<std::string>{"echo"});
}

TEST_F(SimDatagramsTest, AreLostWhereNobodyIs) {
  end(0).send({IpAddress::v4(10, 9, 9, 9), 4100}, as_bytes("lost"));
  end(0).send({IpAddress::v4(10, 0, 1, 1), 4101}, as_bytes("wrong port"));
  clock_.run();
  EXPECT_EQ(count(0) + count(1) + count(2), 0u);
}

TEST_F(SimDatagramsTest, AreLostInTheShareThatIsSet) {
  network_.set_loss(300);
  for (int i = 0; i < 1000; ++i) send(0, 1, "x");
  clock_.run();
  EXPECT_GT(count(1), 600u);
  EXPECT_LT(count(1), 800u);
  network_.heal();
  send(0, 1, "healed");
  clock_.run();
  EXPECT_EQ(inboxes_[1].got().back(), "healed");
}

TEST_F(SimDatagramsTest, ABlockGoesOneWay) {
  network_.block(0, 1);
  send(0, 1, "blocked");
  send(1, 0, "free");
  send(0, 2, "free");
  clock_.run();
  EXPECT_EQ(count(1), 0u);
  EXPECT_EQ(count(0), 1u);
  EXPECT_EQ(count(2), 1u);
}

TEST_F(SimDatagramsTest, OvertakeOneAnother) {
  for (int i = 0; i < 100; ++i) send(0, 1, std::string(1, static_cast<char>(i)));
  clock_.run();
  EXPECT_EQ(count(1), 100u);
  EXPECT_FALSE(std::ranges::is_sorted(inboxes_[1].got()));
}

TEST_F(SimDatagramsTest, TakeLongerToASlowNode) {
  network_.set_slowness(1, 1000);
  send(0, 1, "slow");
  clock_.run();
  EXPECT_GE(inboxes_[1].last_at(), 1s);
}

TEST_F(SimDatagramsTest, AMachineThatIsOffNeitherSendsNorReceives) {
  send(0, 1, "to the dead");
  powers_[1].off();
  send(1, 0, "from the dead");
  clock_.run();
  EXPECT_EQ(count(0) + count(1), 0u);
}

TEST_F(SimDatagramsTest, ANewLifeHasNothingToDoWithTheHandlerOfTheOldOne) {
  powers_[1].off();
  powers_[1].on();
  send(0, 1, "too early");
  clock_.run();
  EXPECT_EQ(count(1), 0u);
  send(0, 1, "on its way");
  end(1).serve(inboxes_[1]);
  clock_.run();
  EXPECT_EQ(inboxes_[1].got(), std::vector<std::string>{"on its way"});
}

TEST_F(SimDatagramsTest, WhatWasSentBeforeTheSendersEndArrives) {
  send(0, 1, "last words");
  powers_[0].off();
  clock_.run();
  EXPECT_EQ(count(1), 1u);
}

TEST_F(SimDatagramsTest, AForgedSenderLooksLikeAnyOther) {
  network_.block(0, 1);
  network_.send_forged(end(0).address(), end(1).address(), as_bytes("it was me"));
  network_.send_forged(end(0).address(), {IpAddress::v4(10, 9, 9, 9), 4100}, as_bytes("to nobody"));
  clock_.run();
  EXPECT_EQ(inboxes_[1].got(), std::vector<std::string>{"it was me"});
  EXPECT_EQ(inboxes_[1].from().front(), end(0).address());
}

TEST_F(SimDatagramsTest, AnotherNodeMayAnswerAtAnAddress) {
  network_.impersonate(1, 2);
  send(0, 1, "who is there");
  clock_.run();
  EXPECT_EQ(count(1), 0u);
  EXPECT_EQ(count(2), 1u);
}

TEST_F(SimDatagramsTest, TooLongIsTheSendersBug) {
  EXPECT_NO_THROW(send(0, 1, std::string(kMaxDatagram, 'x')));
  EXPECT_THROW(send(0, 1, std::string(kMaxDatagram + 1, 'x')), std::logic_error);
}

TEST_F(SimDatagramsTest, ResolvesLiteralAddressesOnly) {
  const auto literal = clock_.run(end(0).resolve({"10.0.1.1", 4100}));
  ASSERT_TRUE(literal);
  EXPECT_EQ(*literal, std::vector{end(1).address()});
  const auto name = clock_.run(end(0).resolve({"localhost", 4100}));
  ASSERT_FALSE(name);
  EXPECT_EQ(name.error().code, Errc::unreachable);
}

TEST(SimDatagrams, OneSeedGivesOneHistory) {
  struct World : SimDatagramsTest {
    explicit World(std::uint64_t seed) : SimDatagramsTest(seed) {}
    void TestBody() override {}
    std::uint64_t history() {
      network_.set_loss(100);
      for (std::size_t i = 0; i < 300; ++i) send(i % kNodes, (i + 1) % kNodes, std::to_string(i));
      clock_.run();
      return trace_.hash();
    }
  };
  EXPECT_EQ(World(1).history(), World(1).history());
  EXPECT_NE(World(1).history(), World(2).history());
}

TEST_F(SimDatagramsTest, NodesAreAtLiteralAddresses) {
  EXPECT_THROW(network_.add({}, {"node-7.example", 4100}, powers_[0]), std::logic_error);
}

}  // namespace
}  // namespace mycostr::test
