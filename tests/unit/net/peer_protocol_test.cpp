#include "net/peer_protocol.hpp"

#include <gtest/gtest.h>

#include "base/units.hpp"
#include "mycostr/transport.hpp"

namespace mycostr::net {
namespace {

std::string request(const std::string& target, const std::string& fields,
                    const std::string& method = "POST") {
  return method + " " + target + " HTTP/1.1\r\nHost: mycostr\r\n" + fields + "\r\n";
}

TEST(PeerProtocol, RequestHeadsSurviveTheTrip) {
  const PeerRequestHead head{"shards/put", 12, 4096};
  const auto back = parse_peer_request_head(as_bytes(peer_request_head(head)));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->operation, "shards/put");
  EXPECT_EQ(back->message_size, 12u);
  EXPECT_EQ(back->body_size, 4096u);
}

TEST(PeerProtocol, RefusesHeadsThatCannotBe) {
  const std::string lengths = "Content-Length: 9\r\nMycostr-Message-Length: 5\r\n";
  EXPECT_TRUE(parse_peer_request_head(as_bytes(request("/peer/1/a", lengths))));
  const auto too_long = std::to_string(kMaxMessageSize + 1);
  const auto too_large = std::to_string(kMaxChunkSize + 1);
  for (const auto& text :
       {std::string(), std::string("POST"), request("/peer/1/a", lengths, "GET"),
        request("/peer/2/a", lengths), request("/peer/1/", lengths), request("/peer/1/a//b", lengths),
        request("/peer/1/a/", lengths), request("/peer/1/A", lengths), request("/peer/1/a?b", lengths),
        request("/peer/1/" + std::string(65, 'a'), lengths), request("/peer/1/a", "Content-Length: 9\r\n"),
        request("/peer/1/a", "Mycostr-Message-Length: 5\r\n"),
        request("/peer/1/a", "Content-Length: 4\r\nMycostr-Message-Length: 5\r\n"),
        request("/peer/1/a", "Content-Length: 9\r\nMycostr-Message-Length: -5\r\n"),
        request("/peer/1/a", "Content-Length: 9\r\nMycostr-Message-Length: 5x\r\n"),
        request("/peer/1/a",
                "Content-Length: " + too_long + "\r\nMycostr-Message-Length: " + too_long + "\r\n"),
        request("/peer/1/a", "Content-Length: " + too_large + "\r\nMycostr-Message-Length: 0\r\n"),
        request("/peer/1/a", "Transfer-Encoding: chunked\r\nMycostr-Message-Length: 0\r\n")}) {
    EXPECT_FALSE(parse_peer_request_head(as_bytes(text))) << text;
  }
}

TEST(PeerProtocol, ReadsReplies) {
  const std::string good = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nMycostr-Message-Length: 5\r\n\r\n";
  const auto reply = parse_peer_reply_head(as_bytes(good));
  ASSERT_TRUE(reply);
  EXPECT_FALSE(reply->error);
  EXPECT_EQ(reply->message_size, 5u);
  EXPECT_EQ(reply->body_size, 4u);
  EXPECT_TRUE(reply->keep_alive);
  const auto error = parse_peer_reply_head(
      as_bytes("HTTP/1.1 507 x\r\nContent-Length: 4\r\nMycostr-Error: full\r\nConnection: close\r\n\r\n"));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->error, Errc::full);
  EXPECT_EQ(error->message_size, 4u);
  EXPECT_FALSE(error->keep_alive);
}

TEST(PeerProtocol, CodesOfTheCallersOwnConnectionAreNotBelieved) {
  for (const auto* name : {"unreachable", "wrong_peer", "closed", "cancelled", "internal", "a_newer_word"}) {
    const auto reply = judge_peer_reply(500, name, std::nullopt, 0);
    ASSERT_TRUE(reply) << name;
    EXPECT_EQ(reply->error, Errc::internal) << name;
  }
}

TEST(PeerProtocol, RefusesRepliesThatCannotBe) {
  for (const auto* text :
       {"", "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 404 x\r\nContent-Length: 0\r\nMycostr-Message-Length: 0\r\n\r\n",
        "HTTP/1.1 500 x\r\nContent-Length: 1025\r\nMycostr-Error: full\r\n\r\n",
        "HTTP/1.1 500 x\r\nMycostr-Error: full\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\nMycostr-Message-Length: 5\r\n\r\n"}) {
    EXPECT_FALSE(parse_peer_reply_head(as_bytes(text))) << text;
  }
}

}  // namespace
}  // namespace mycostr::net
