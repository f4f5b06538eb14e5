#include "placement/subnet.hpp"

#include <gtest/gtest.h>

namespace mycostr::placement {
namespace {

std::string key(const std::string& host, std::uint16_t port = 4081) {
  return subnet_key({host, port});
}

TEST(Subnet, IsTheIpv4Slash24) {
  EXPECT_EQ(key("203.0.113.7"), "203.0.113.0/24");
  EXPECT_EQ(key("203.0.113.7", 1), key("203.0.113.250", 2));
  EXPECT_NE(key("203.0.113.7"), key("203.0.114.7"));
  EXPECT_EQ(key("::ffff:203.0.113.7"), key("203.0.113.9"));
}

TEST(Subnet, IsTheIpv6Slash48) {
  EXPECT_EQ(key("2001:db8:1:2::3"), "2001:db8:1::/48");
  EXPECT_EQ(key("2001:db8:1:2::3"), key("2001:DB8:1:ffff::1"));
  EXPECT_NE(key("2001:db8:1::1"), key("2001:db8:2::1"));
}

TEST(Subnet, OfANameIsTheName) {
  EXPECT_EQ(key("Node.Example.org"), key("node.example.org"));
  EXPECT_NE(key("a.example.org"), key("b.example.org"));
  EXPECT_EQ(key("1.2.3"), "1.2.3");
}

}  // namespace
}  // namespace mycostr::placement
