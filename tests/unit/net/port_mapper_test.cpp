// Nothing here leaves the loopback interface: both places to look are always given.
#include "net/port_mapper.hpp"

#include "unit/net/fake_router.hpp"
#include "unit/net/net_test.hpp"

namespace mycostr::net {
namespace {

using namespace std::chrono_literals;

const Endpoint kListening{"0.0.0.0", 4081};
const UdpAddress kOutside{IpAddress::v4(11, 22, 33, 44), 4081};

class PortMapperTest : public NetTest {
 protected:
  using News = std::vector<std::optional<UdpAddress>>;

  /// Nobody at either place.
  static PortMapperOptions nowhere() {
    PortMapperOptions options;
    options.igd_url = "http://127.0.0.1:1/root.xml";
    options.gateway = IpAddress::v4(127, 0, 0, 1);
    return options;
  }
  PortMapperOptions at_igd() {
    auto options = nowhere();
    options.igd_url = igd_.url();
    return options;
  }
  void begin(PortMapperOptions options) {
    mapper_.emplace(
        loop, [this](std::optional<UdpAddress> external) { news_.push_back(external); }, std::move(options));
    mapper_->start(kListening);
  }
  void wait_for(std::size_t count) { run(until_news(count)); }
  void pass(Duration time) { run(clock.sleep_for(time)); }
  Duration stop() {
    const auto before = clock.now();
    run(mapper_->stop());
    return clock.now() - before;
  }
  MappedPorts ports() {
    return igd_.state.with([](auto& s) { return s.ports; });
  }

  FakeIgd igd_;
  std::optional<PortMapper> mapper_;
  News news_;

 private:
  Task<> until_news(std::size_t count) {
    while (news_.size() < count) co_await clock.sleep_for(2ms);
  }
};

TEST_F(PortMapperTest, MapsTcpAndUdpByUpnpAndGivesThemBack) {
  begin(at_igd());
  wait_for(1);
  EXPECT_EQ(news_, News{kOutside});
  EXPECT_EQ(mapper_->external(), kOutside);
  EXPECT_EQ(ports(), (MappedPorts{{"TCP 4081", "127.0.0.1:4081 3600"}, {"UDP 4081", "127.0.0.1:4081 3600"}}));
  EXPECT_LT(stop(), 1500ms);
  EXPECT_TRUE(ports().empty());
  EXPECT_EQ(mapper_->external(), std::nullopt);
  EXPECT_EQ(news_.size(), 1u);
}

TEST_F(PortMapperTest, TakesAPortThatIsFreeForBoth) {
  igd_.state.with([](auto& s) { s.taken = {"TCP 4081", "UDP 4082"}; });
  begin(at_igd());
  wait_for(1);
  EXPECT_EQ(news_.front()->port, 4083);
  EXPECT_EQ(ports(), (MappedPorts{{"TCP 4083", "127.0.0.1:4081 3600"}, {"UDP 4083", "127.0.0.1:4081 3600"}}));
  stop();
  EXPECT_TRUE(ports().empty());
}

TEST_F(PortMapperTest, TakesAPermanentMappingWhereThereIsNoOther) {
  igd_.state.with([](auto& s) { s.only_permanent = true; });
  begin(at_igd());
  wait_for(1);
  EXPECT_EQ(ports().at("UDP 4081"), "127.0.0.1:4081 0");
  stop();
  EXPECT_TRUE(ports().empty());
}

TEST_F(PortMapperTest, RenewsBeforeTheLeaseEnds) {
  auto options = at_igd();
  options.lease = 2s;
  begin(options);
  wait_for(1);
  igd_.state.with([](auto& s) { s.ports.clear(); });
  pass(1600ms);
  EXPECT_EQ(ports().size(), 2u);
  EXPECT_EQ(news_.size(), 1u) << "nothing new";
  igd_.state.with([](auto& s) { s.external_address = "11.22.33.55"; });
  wait_for(2);
  EXPECT_EQ(news_.back(), (UdpAddress{IpAddress::v4(11, 22, 33, 55), 4081}));
  stop();
}

TEST_F(PortMapperTest, SaysWhenTheMappingHasRunOut) {
  auto options = at_igd();
  options.lease = 2s;
  options.retry = 300ms;
  begin(options);
  wait_for(1);
  igd_.state.with([](auto& s) { s.refuses = true; });
  pass(1200ms);
  EXPECT_EQ(news_.size(), 1u) << "the lease still lasts";
  wait_for(2);
  EXPECT_EQ(news_.back(), std::nullopt);
  igd_.state.with([](auto& s) { s.refuses = false; });
  wait_for(3);
  EXPECT_EQ(news_.back(), kOutside);
  stop();
}

TEST_F(PortMapperTest, AsksAgainWhereNobodyAnswered) {
  igd_.state.with([](auto& s) { s.refuses = true; });
  auto options = at_igd();
  options.retry = 50ms;
  begin(options);
  pass(200ms);
  EXPECT_TRUE(news_.empty());
  igd_.state.with([](auto& s) { s.refuses = false; });
  wait_for(1);
  EXPECT_EQ(news_, News{kOutside});
  stop();
}

TEST_F(PortMapperTest, AMappingToAPrivateAddressIsOfNoUse) {
  for (const auto* address : {"192.168.1.2", "100.64.0.9", "0.0.0.0", "not an address at all"}) {
    igd_.state.with([&](auto& s) { s.external_address = address; });
    begin(at_igd());
    pass(200ms);
    EXPECT_TRUE(news_.empty()) << address;
    EXPECT_TRUE(ports().empty()) << address;
    stop();
  }
  EXPECT_GT(igd_.state.with([](auto& s) { return s.calls; }), 4);
}

TEST_F(PortMapperTest, DoesNotWaitLongForARouterThatHangs) {
  igd_.state.with([](auto& s) { s.is_dumb = true; });
  begin(at_igd());
  pass(100ms);
  const auto took = stop();
  EXPECT_LT(took, 3s);
  EXPECT_TRUE(news_.empty());
}

TEST_F(PortMapperTest, AsksNobodyWhereNoRouterCanHelp) {
  for (const auto* host : {"127.0.0.1", "localhost", "::1", "11.22.33.44", "2a00:1450::1"}) {
    PortMapper mapper(loop, [](std::optional<UdpAddress>) { FAIL(); }, at_igd());
    mapper.start({host, 4081});
    pass(20ms);
    run(mapper.stop());
  }
  EXPECT_EQ(igd_.state.with([](auto& s) { return s.calls; }), 0);
}

TEST_F(PortMapperTest, StopsWithoutAStart) {
  PortMapper mapper(loop, [](std::optional<UdpAddress>) {}, nowhere());
  run(mapper.stop());
}

class NatPmpTest : public PortMapperTest {
 protected:
  void SetUp() override {
    try {
      gateway_.emplace();
    } catch (const boost::system::system_error& error) {
      GTEST_SKIP() << "the port of NAT-PMP: " << error.what();
    }
  }
  MappedPorts gateway_ports() {
    return gateway_->state.with([](auto& s) { return s.ports; });
  }
  std::optional<FakeGateway> gateway_;
};

TEST_F(NatPmpTest, MapsWhereThereIsNoUpnpAndGivesBack) {
  begin(nowhere());
  wait_for(1);
  EXPECT_EQ(news_, News{kOutside});
  EXPECT_EQ(gateway_ports(),
            (MappedPorts{{"TCP 4081", "127.0.0.1:4081 3600"}, {"UDP 4081", "127.0.0.1:4081 3600"}}));
  EXPECT_LT(stop(), 1500ms);
  EXPECT_TRUE(gateway_ports().empty());
}

TEST_F(NatPmpTest, IsNotAskedWhereUpnpMaps) {
  begin(at_igd());
  wait_for(1);
  stop();
  EXPECT_EQ(gateway_->state.with([](auto& s) { return s.calls; }), 0);
}

TEST_F(NatPmpTest, LooksPastStrayAnswers) {
  gateway_->state.with([](auto& s) { s.stray_answers = 1; });
  begin(nowhere());
  wait_for(1);
  EXPECT_EQ(news_, News{kOutside});
  stop();
}

TEST_F(NatPmpTest, PortsThatDifferAreOfNoUse) {
  gateway_->state.with([](auto& s) { s.other_port = 1; });
  begin(nowhere());
  pass(300ms);
  EXPECT_TRUE(news_.empty());
  EXPECT_TRUE(gateway_ports().empty());
  stop();
}

TEST_F(NatPmpTest, ARefusalIsTakenAsSuch) {
  gateway_->state.with([](auto& s) { s.refuses = true; });
  auto options = nowhere();
  options.retry = 50ms;
  begin(options);
  pass(200ms);
  EXPECT_TRUE(news_.empty());
  gateway_->state.with([](auto& s) { s.refuses = false; });
  wait_for(1);
  stop();
}

TEST_F(NatPmpTest, ALeaseOfASecondDoesNotMakeAStorm) {
  gateway_->state.with([](auto& s) { s.grants = 1; });
  begin(nowhere());
  wait_for(1);
  pass(1200ms);
  EXPECT_LT(gateway_->state.with([](auto& s) { return s.calls; }), 10);
  stop();
}

TEST_F(NatPmpTest, ALeaseOfACenturyIsRenewedAllTheSame) {
  gateway_->state.with([](auto& s) { s.grants = UINT32_MAX; });
  auto options = nowhere();
  options.lease = 1s;
  begin(options);
  wait_for(1);
  const auto calls = [this] { return gateway_->state.with([](auto& s) { return s.calls; }); };
  const auto before = calls();
  pass(800ms);
  EXPECT_GT(calls(), before);
  stop();
}

}  // namespace
}  // namespace mycostr::net
