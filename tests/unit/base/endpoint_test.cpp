#include "base/endpoint.hpp"

#include <gtest/gtest.h>

namespace mycostr {
namespace {

TEST(Endpoint, IsReadAndWrittenBack) {
  const std::pair<std::string_view, Endpoint> texts[] = {{"127.0.0.1:4081", {"127.0.0.1", 4081}},
                                                         {"node-1.example.org:1", {"node-1.example.org", 1}},
                                                         {"a_b:65535", {"a_b", 65535}},
                                                         {"[::1]:80", {"::1", 80}},
                                                         {"[2001:db8::7]:443", {"2001:db8::7", 443}},
                                                         {"[::ffff:1.2.3.4]:9", {"::ffff:1.2.3.4", 9}}};
  for (const auto& [text, endpoint] : texts) {
    EXPECT_EQ(parse_endpoint(text), endpoint) << text;
    EXPECT_EQ(to_string(endpoint), text);
  }
}

TEST(Endpoint, RefusesMalformedText) {
  for (const std::string_view text : {"",
                                      ":",
                                      "host",
                                      "host:",
                                      ":80",
                                      "host:0",
                                      "host:65536",
                                      "host:-1",
                                      "host:+1",
                                      "host: 1",
                                      "host:1 ",
                                      "host:80x",
                                      "ho st:80",
                                      "host/:80",
                                      "user@host:80",
                                      "::1:80",
                                      "a:b:80",
                                      "[]:80",
                                      "[::1]",
                                      "[::1]80",
                                      "[::1:80",
                                      "::1]:80",
                                      "[[::1]]:80",
                                      "[::1]]:80",
                                      "[::1%eth0]:80",
                                      "h\xc3\xb6st:80",
                                      "host:99999999999999999999"}) {
    EXPECT_FALSE(parse_endpoint(text)) << text;
  }
  EXPECT_FALSE(parse_endpoint(std::string_view("ho\0st:80", 8)));
}

TEST(Endpoint, KeepsBracketsForIpv6) {
  // Else one endpoint would have two texts.
  for (const std::string_view text : {"[host]:80", "[1.2.3.4]:80", "[:]:80", "[a:g]:80", "[fe80::1-2]:80"}) {
    EXPECT_FALSE(parse_endpoint(text)) << text;
  }
}

TEST(Endpoint, BoundsTheHost) {
  EXPECT_TRUE(parse_endpoint(std::string(253, 'a') + ":80"));
  EXPECT_FALSE(parse_endpoint(std::string(254, 'a') + ":80"));
}

TEST(LoopbackHost, IsNothingElse) {
  for (const auto* host : {"127.0.0.1", "127.255.1.2", "::1", "localhost"})
    EXPECT_TRUE(is_loopback_host(host)) << host;
  for (const auto* host : {"", "127.0.0.1.example.org", "127.evil.org", "128.0.0.1", "0.0.0.0", "::", "::2",
                           "localhost.example.org", "127.1", "10.0.0.1"}) {
    EXPECT_FALSE(is_loopback_host(host)) << host;
  }
}

}  // namespace
}  // namespace mycostr
