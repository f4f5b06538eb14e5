#include "base/ip_address.hpp"

#include <gtest/gtest.h>

namespace mycostr {
namespace {

TEST(IpAddress, HasOneValueForEachAddress) {
  const auto plain = parse_ip("203.0.113.7");
  ASSERT_TRUE(plain);
  EXPECT_EQ(*plain, IpAddress::v4(203, 0, 113, 7));
  EXPECT_EQ(parse_ip("::ffff:203.0.113.7"), plain);
  EXPECT_TRUE(plain->is_v4());
  EXPECT_EQ(to_string(*plain), "203.0.113.7");
  EXPECT_EQ(to_string(*parse_ip("2001:DB8:0::1")), "2001:db8::1");
}

TEST(IpAddress, IsNoName) {
  for (const auto* text : {"", "localhost", "1.2.3", "1.2.3.4.5", "1.2.3.256", "::g", "1.2.3.4 ", "[::1]"}) {
    EXPECT_FALSE(parse_ip(text)) << text;
  }
  EXPECT_FALSE(to_udp({"node.example", 4081}));
}

TEST(IpAddress, KnowsWhatTheInternetRoutes) {
  for (const auto* text :
       {"8.8.8.8", "100.128.0.1", "172.32.0.1", "192.0.1.1", "2a00:1450::1", "2001:db9::1"}) {
    EXPECT_TRUE(parse_ip(text)->is_global()) << text;
  }
  for (const auto* text : {"0.1.2.3",      "10.1.1.1",     "127.0.0.1",   "100.64.0.1",      "169.254.1.1",
                           "172.16.0.1",   "172.31.255.1", "192.168.1.1", "192.0.2.1",       "198.18.0.1",
                           "198.51.100.1", "203.0.113.1",  "224.0.0.1",   "255.255.255.255", "::",
                           "::1",          "fe80::1",      "fd00::1",     "2001:db8::1",     "ff02::1"}) {
    EXPECT_FALSE(parse_ip(text)->is_global()) << text;
  }
  EXPECT_TRUE(parse_ip("127.1.2.3")->is_loopback());
  EXPECT_TRUE(parse_ip("::1")->is_loopback());
  EXPECT_FALSE(parse_ip("::2")->is_loopback());
}

TEST(Subnet, IsTheFirst24BitsOrTheFirst48) {
  EXPECT_EQ(subnet_of(*parse_ip("203.0.113.7")), subnet_of(*parse_ip("203.0.113.200")));
  EXPECT_NE(subnet_of(*parse_ip("203.0.113.7")), subnet_of(*parse_ip("203.0.114.7")));
  EXPECT_EQ(subnet_of(*parse_ip("2001:db8:1:2::1")), subnet_of(*parse_ip("2001:db8:1:3::1")));
  EXPECT_NE(subnet_of(*parse_ip("2001:db8:1::1")), subnet_of(*parse_ip("2001:db8:2::1")));
  EXPECT_NE(subnet_of(*parse_ip("32.1.13.1")), subnet_of(*parse_ip("2001:d00::")));
}

TEST(UdpAddress, IsAnEndpoint) {
  const auto address = to_udp({"2001:db8::1", 4081});
  ASSERT_TRUE(address);
  EXPECT_EQ(to_string(*address), "[2001:db8::1]:4081");
  EXPECT_EQ(to_endpoint(*address), (Endpoint{"2001:db8::1", 4081}));
}

}  // namespace
}  // namespace mycostr
