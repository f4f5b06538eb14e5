#include "net/udp_socket.hpp"

#include <boost/asio/ip/udp.hpp>

#include "unit/net/net_test.hpp"

namespace mycostr::net {
namespace {

using boost::asio::ip::udp;
using namespace std::chrono_literals;

/// Keeps what came; may answer with the same.
class Inbox final : public DatagramHandler {
 public:
  explicit Inbox(UdpSocket* echo_on = nullptr) : echo_on_(echo_on) {}
  void received(const UdpAddress& from, ByteView bytes) override {
    from_.push_back(from);
    got_.emplace_back(as_text(bytes));
    if (echo_on_ != nullptr) echo_on_->send(from, bytes);
  }
  const std::vector<std::string>& got() const { return got_; }
  const UdpAddress& last_from() const { return from_.back(); }

 private:
  UdpSocket* echo_on_;
  std::vector<UdpAddress> from_;
  std::vector<std::string> got_;
};

class UdpSocketTest : public NetTest {
 public:
  using NetTest::clock;
  using NetTest::loop;

  static UdpAddress address_of(const UdpSocket& socket) { return *to_udp(socket.endpoint()); }
  static ByteView view(std::string_view text) { return as_bytes(text); }

  Task<> until(const Inbox& inbox, std::size_t count) {
    while (inbox.got().size() < count) co_await clock.sleep_for(1ms);
  }
  /// There and back.
  Task<> exchange(UdpSocket& asking, UdpSocket& answering, UdpAddress at) {
    Inbox questions(&answering);
    Inbox answers;
    answering.serve(questions);
    asking.serve(answers);
    asking.send(at, view("how are you"));
    co_await until(answers, 1);
    EXPECT_EQ(questions.got(), std::vector<std::string>{"how are you"});
    EXPECT_EQ(answers.got(), questions.got());
    EXPECT_EQ(answers.last_from(), at);
    EXPECT_EQ(questions.last_from().port, asking.endpoint().port);
    co_await asking.stop();
    co_await answering.stop();
    EXPECT_EQ(asking.counts().sent, 1u);
    EXPECT_EQ(asking.counts().received, 1u);
    EXPECT_EQ(asking.counts().dropped, 0u);
  }
  /// No IPv6 on this machine: nothing.
  std::unique_ptr<UdpSocket> on_v6(const std::string& host) {
    try {
      return std::make_unique<UdpSocket>(loop, Endpoint{host, 0});
    } catch (const boost::system::system_error&) {
      return nullptr;
    }
  }

  UdpSocket one{loop, kAnyPort};
  UdpSocket other{loop, kAnyPort};
};

TEST_F(UdpSocketTest, CarriesBothWays) {
  EXPECT_EQ(one.endpoint().host, "127.0.0.1");
  EXPECT_NE(one.endpoint().port, 0);
  run(exchange(one, other, address_of(other)));
}

TEST_F(UdpSocketTest, CarriesBothWaysOverIpv6) {
  const auto six = on_v6("::1");
  const auto another = on_v6("::1");
  if (!six || !another) GTEST_SKIP() << "no IPv6 here";
  run(exchange(*six, *another, address_of(*another)));
}

TEST_F(UdpSocketTest, OneSocketForBothVersionsSeesIpv4AsItself) {
  const auto both = on_v6("::");
  if (!both) GTEST_SKIP() << "no IPv6 here";
  run(exchange(one, *both, {IpAddress::v4(127, 0, 0, 1), both->endpoint().port}));
}

TEST_F(UdpSocketTest, OneSocketForBothVersionsCallsIpv4) {
  const auto both = on_v6("::");
  if (!both) GTEST_SKIP() << "no IPv6 here";
  run(exchange(*both, one, address_of(one)));
}

TEST_F(UdpSocketTest, AnIpv4SocketDropsWhatIsForIpv6) {
  one.send({*parse_ip("::1"), other.endpoint().port}, view("lost"));
  EXPECT_EQ(one.counts().sent, 0u);
  EXPECT_EQ(one.counts().dropped, 1u);
}

TEST_F(UdpSocketTest, TakesTheLongestAndDropsLonger) {
  struct Scenario {
    static Task<> in(UdpSocketTest& test) {
      Inbox inbox;
      test.one.serve(inbox);
      udp::socket raw(test.loop, udp::v4());
      const udp::endpoint to(boost::asio::ip::address_v4::loopback(), test.one.endpoint().port);
      const std::string longest(kMaxDatagram, 'x');
      for (const auto size : {kMaxDatagram + 1, std::size_t{9000}, std::size_t{60000}}) {
        raw.send_to(boost::asio::buffer(std::string(size, 'y')), to);
      }
      raw.send_to(boost::asio::buffer(longest), to);
      co_await test.until(inbox, 1);
      EXPECT_EQ(inbox.got(), std::vector<std::string>{longest});
      co_await test.one.stop();
      EXPECT_EQ(test.one.counts().received, 1u);
      EXPECT_EQ(test.one.counts().dropped, 3u);
    }
  };
  run(Scenario::in(*this));
  EXPECT_THROW(one.send(address_of(other), Bytes(kMaxDatagram + 1)), std::logic_error);
}

TEST_F(UdpSocketTest, CarriesAnEmptyDatagram) {
  struct Scenario {
    static Task<> in(UdpSocketTest& test) {
      Inbox inbox;
      test.one.serve(inbox);
      test.other.send(address_of(test.one), {});
      co_await test.until(inbox, 1);
      EXPECT_EQ(inbox.got().front(), "");
      co_await test.one.stop();
    }
  };
  run(Scenario::in(*this));
}

TEST_F(UdpSocketTest, KeepsWhatCameBeforeItServes) {
  struct Scenario {
    static Task<> in(UdpSocketTest& test) {
      test.other.send(address_of(test.one), view("early"));
      Inbox inbox;
      test.one.serve(inbox);
      co_await test.until(inbox, 1);
      co_await test.one.stop();
    }
  };
  run(Scenario::in(*this));
}

/// Sends `count` numbered datagrams, as fast as the receiver takes them.
Task<> send_burst(Clock& clock, UdpSocket& from, UdpAddress to, const Inbox& inbox, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    from.send(to, as_bytes(std::to_string(i)));
    while (i > inbox.got().size() + 500) co_await clock.sleep_for(0ms);
  }
}

TEST_F(UdpSocketTest, ABurstFillsWholeBatchesAndLosesNothingThatFits) {
  struct Scenario {
    static Task<> in(UdpSocketTest& test) {
      constexpr std::size_t kCount = 5000;
      Inbox at_one, at_other;
      test.one.serve(at_one);
      test.other.serve(at_other);
      async::TaskGroup sending(test.loop.get_executor(), "burst");
      sending.spawn(send_burst(test.clock, test.one, address_of(test.other), at_other, kCount));
      sending.spawn(send_burst(test.clock, test.other, address_of(test.one), at_one, kCount));
      co_await sending.join();
      co_await test.until(at_one, kCount);
      co_await test.until(at_other, kCount);
      for (std::size_t i = 0; i < kCount; ++i) {
        EXPECT_EQ(at_one.got()[i], std::to_string(i));
        EXPECT_EQ(at_other.got()[i], std::to_string(i));
      }
      co_await test.one.stop();
      co_await test.other.stop();
    }
  };
  run(Scenario::in(*this));
}

TEST_F(UdpSocketTest, AFloodLeavesOthersTheirTurn) {
  /// As if the sender never paused: each datagram received brings the next.
  struct Flood final : DatagramHandler {
    explicit Flood(UdpSocket& on) : socket(on) {}
    void received(const UdpAddress& from, ByteView bytes) override { socket.send(from, bytes); }
    UdpSocket& socket;
  };
  struct Scenario {
    static Task<> in(UdpSocketTest& test) {
      Flood flood(test.one);
      test.one.serve(flood);
      for (int i = 0; i < 200; ++i) test.one.send(address_of(test.one), view("again"));
      for (int i = 0; i < 20; ++i) co_await test.clock.sleep_for(0ms);
      EXPECT_GT(test.one.counts().received, 64u);
      co_await test.one.stop();
    }
  };
  run(Scenario::in(*this));
}

TEST_F(UdpSocketTest, AClosedPortDoesNotDisturb) {
  struct Scenario {
    static Task<> in(UdpSocketTest& test) {
      UdpAddress nobody;
      {
        UdpSocket gone(test.loop, kAnyPort);
        nobody = address_of(gone);
      }
      Inbox inbox;
      test.one.serve(inbox);
      for (int i = 0; i < 10; ++i) test.one.send(nobody, view("anybody there"));
      co_await test.clock.sleep_for(10ms);
      for (int i = 0; i < 10; ++i) {
        test.one.send(nobody, view("anybody there"));
        test.other.send(address_of(test.one), view("I am"));
      }
      co_await test.until(inbox, 10);
      EXPECT_EQ(test.one.counts().sent, 20u);
      co_await test.one.stop();
    }
  };
  run(Scenario::in(*this));
}

TEST_F(UdpSocketTest, StopsWhileMoreArrives) {
  struct Scenario {
    static Task<> in(UdpSocketTest& test) {
      auto inbox = std::make_unique<Inbox>();
      test.one.serve(*inbox);
      const auto to = address_of(test.one);
      for (int i = 0; i < 300; ++i) test.other.send(to, view("more"));
      co_await test.until(*inbox, 1);
      co_await test.one.stop();
      const auto before = test.one.counts().received;
      inbox.reset();
      for (int i = 0; i < 300; ++i) test.other.send(to, view("too late"));
      co_await test.clock.sleep_for(20ms);
      EXPECT_EQ(test.one.counts().received, before);
      test.one.send(address_of(test.other), view("closed"));
      EXPECT_EQ(test.one.counts().dropped, 1u);
    }
  };
  run(Scenario::in(*this));
}

TEST_F(UdpSocketTest, StopsWithoutHavingServed) {
  run(one.stop());
}

TEST_F(UdpSocketTest, SaysWhichAddressCannotBeHad) {
  for (const auto& address : {one.endpoint(), Endpoint{"192.0.2.7", 4081}}) {
    try {
      UdpSocket second(loop, address);
      ADD_FAILURE() << "two sockets at " << to_string(address);
    } catch (const boost::system::system_error& error) {
      const std::string message = error.what();
      EXPECT_TRUE(message.starts_with("cannot receive over UDP at " + to_string(address) + ": ")) << message;
    }
  }
}

TEST_F(UdpSocketTest, ResolvesLiteralsAndNames) {
  const auto four = run(one.resolve({"203.0.113.7", 4081}));
  ASSERT_TRUE(four);
  EXPECT_EQ(*four, (std::vector<UdpAddress>{{IpAddress::v4(203, 0, 113, 7), 4081}}));
  const auto six = run(one.resolve({"2001:db8::1", 4081}));
  ASSERT_TRUE(six);
  EXPECT_EQ(*six, (std::vector<UdpAddress>{{*parse_ip("2001:db8::1"), 4081}}));
  const auto mapped = run(one.resolve({"::ffff:203.0.113.7", 4081}));
  ASSERT_TRUE(mapped);
  EXPECT_EQ(*mapped, *four);
  const auto name = run(one.resolve({"localhost", 4081}));
  ASSERT_TRUE(name);
  EXPECT_TRUE(name->front().ip.is_loopback());
  EXPECT_EQ(name->front().port, 4081);
}

}  // namespace
}  // namespace mycostr::net
