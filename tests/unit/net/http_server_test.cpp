#include "unit/net/http_server_test.hpp"

namespace mycostr::net {
namespace {

using std::chrono::milliseconds;

/// One client's conversation: sends each text and reads one response to each.
Task<std::vector<RawResponse>> talk(boost::asio::io_context& loop, Endpoint to,
                                    std::vector<std::string> texts) {
  RawClient client(loop);
  co_await client.connect(to);
  std::vector<RawResponse> out;
  for (auto& text : texts) {
    const bool to_head = text.starts_with("HEAD");
    co_await client.send(std::move(text));
    out.push_back(co_await client.response(to_head));
  }
  co_return out;
}

TEST_F(HttpServerTest, KeepsTheConnectionForMoreRequests) {
  start();
  const auto got =
      run(talk(loop, server->endpoint(), {get("/hello"), post_body("/echo", "abc"), get("/hello")}));
  EXPECT_EQ(got[0].body, "hello");
  EXPECT_EQ(got[1].body, "abc");
  EXPECT_EQ(got[2].status, 200u);
  EXPECT_TRUE(got[2].fields.contains("date"));
  EXPECT_FALSE(got[2].fields.contains("connection"));
}

TEST_F(HttpServerTest, FieldValuesCannotAddFields) {
  start();
  const auto got = run(talk(loop, server->endpoint(), {get("/hello")}));
  EXPECT_FALSE(got[0].fields.contains("x-injected"));
  EXPECT_TRUE(got[0].fields.contains("x-evil"));
}

TEST_F(HttpServerTest, FieldsOfOneNameAreOneList) {
  start();
  const auto got = run(talk(loop, server->endpoint(),
                            {get("/list"), get("/list", "X-List: a\r\n"),
                             get("/list", "X-List: a, b\r\nX-Other: c\r\nx-list:  d \r\n")}));
  EXPECT_EQ(got[0].body, "none");
  EXPECT_EQ(got[1].body, "a");
  EXPECT_EQ(got[2].body, "a, b, d");
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
  start();
  const auto all = answer_to("\r\n" + post_body("/echo", "one") + post_body("/echo", "two") +
                             get("/chunks", "Connection: close\r\n") + get("/never"));
  const auto first = all.find("one");
  const auto second = all.find("two");
  ASSERT_NE(first, std::string::npos);
  ASSERT_NE(second, std::string::npos);
  EXPECT_LT(first, second);
  EXPECT_TRUE(all.ends_with("a\r\n0123456789\r\na\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n")) << all;
  EXPECT_EQ(handler.requests, 3u);
}

TEST_F(HttpServerTest, TakesRequestsByteByByte) {
  start();
  struct Drip {
    static Task<RawResponse> in(boost::asio::io_context& on, Endpoint to) {
      RawClient client(on);
      co_await client.connect(to);
      for (const char c :
           post("/echo", "Transfer-Encoding: chunked\r\n") + "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: u\r\n\r\n") {
        co_await client.send(std::string(1, c));
      }
      co_return co_await client.response();
    }
  };
  EXPECT_EQ(run(Drip::in(loop, server->endpoint())).body, "abcde");
}

TEST_F(HttpServerTest, ReadsChunkedBodiesHoweverTheyAreSplit) {
  start();
  std::string whole;
  std::string framed;
  for (std::size_t i = 0; i < 200; ++i) {
    const std::string chunk(i * 37 % 5003 + 1, static_cast<char>('a' + i % 26));
    whole += chunk;
    framed += fmt::format("{:X}\r\n", chunk.size()) + chunk + "\r\n";
  }
  framed += "0\r\n\r\n";
  for (const std::size_t piece : {1u, 7u, 4096u, 1u << 20}) {
    handler.piece = piece;
    const auto got =
        run(talk(loop, server->endpoint(), {post("/echo", "Transfer-Encoding: chunked\r\n") + framed}));
    EXPECT_EQ(got[0].status, 200u) << piece;
    EXPECT_TRUE(got[0].body == whole) << piece;
  }
}

TEST_F(HttpServerTest, ReadsLargeBodiesWhole) {
  start();
  std::string large(5'000'003, '\0');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 7 + i / 251);
  handler.piece = 1 << 20;
  const auto got = run(talk(loop, server->endpoint(), {post_body("/echo", large), get("/hello")}));
  EXPECT_TRUE(got[0].body == large);
  EXPECT_EQ(got[1].body, "hello");
}

TEST_F(HttpServerTest, SaysContinueWhenTheBodyIsWanted) {
  start();
  struct Wait {
    static Task<RawResponse> in(boost::asio::io_context& on, Endpoint to, std::string& interim) {
      RawClient client(on);
      co_await client.connect(to);
      co_await client.send(post("/echo", "Content-Length: 3\r\nExpect: 100-Continue\r\n"));
      interim = co_await client.head();
      co_await client.send("abc");
      co_return co_await client.response();
    }
  };
  std::string interim;
  EXPECT_EQ(run(Wait::in(loop, server->endpoint(), interim)).body, "abc");
  EXPECT_EQ(interim, "HTTP/1.1 100 Continue\r\n\r\n");
}

TEST_F(HttpServerTest, SaysNoContinueToARefusedBody) {
  start();
  const auto got = answer_to(post("/refuse", "Content-Length: 3\r\nExpect: 100-continue\r\n"));
  EXPECT_TRUE(got.starts_with("HTTP/1.1 413 ")) << got;
  EXPECT_NE(got.find("Connection: close"), std::string::npos);
}

TEST_F(HttpServerTest, HeadIsGetWithoutABody) {
  start();
  const std::string head = "HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n";
  const std::string head_length = "HEAD /length HTTP/1.1\r\nHost: x\r\n\r\n";
  const std::string head_chunks = "HEAD /chunks HTTP/1.1\r\nHost: x\r\n\r\n";
  const auto got = run(talk(loop, server->endpoint(), {head, head_length, head_chunks, get("/hello")}));
  EXPECT_EQ(got[0].fields.at("content-length"), "5");
  EXPECT_EQ(got[1].fields.at("content-length"), "30");
  EXPECT_EQ(got[2].status, 200u);
  EXPECT_EQ(got[3].body, "hello") << "a body slipped in before";
}

TEST_F(HttpServerTest, UnchangedHasNoBody) {
  start();
  const auto got = run(talk(loop, server->endpoint(), {get("/unchanged"), get("/hello")}));
  EXPECT_EQ(got[0].status, 304u);
  EXPECT_EQ(got[1].body, "hello");
}

TEST_F(HttpServerTest, StreamsWithAndWithoutLength) {
  start();
  const auto got = run(talk(loop, server->endpoint(), {get("/chunks"), get("/length"), get("/hello")}));
  EXPECT_EQ(got[0].body, "012345678901234567890123456789");
  EXPECT_EQ(got[1].body, "012345678901234567890123456789");
  EXPECT_EQ(got[2].body, "hello");
}

TEST_F(HttpServerTest, ServesHttp10) {
  start();
  const auto closed = answer_to("GET /chunks HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(closed.ends_with("\r\n\r\n012345678901234567890123456789")) << closed;
  EXPECT_EQ(closed.find("chunked"), std::string::npos);
  const std::string kept = "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
  const auto got = run(talk(loop, server->endpoint(), {kept, kept}));
  EXPECT_EQ(got[0].fields.at("connection"), "keep-alive");
  EXPECT_EQ(got[1].body, "hello");
}

TEST_F(HttpServerTest, TellsTheHandlerWhereTheClientCame) {
  start();
  const auto got = run(talk(loop, server->endpoint(), {get("/where")}));
  EXPECT_EQ(got[0].body, to_string(server->endpoint()));
}

TEST_F(HttpServerTest, AThrowingHandlerIsAProblem500) {
  start();
  const auto got = run(talk(loop, server->endpoint(), {get("/throw"), get("/silent"), get("/hello")}));
  EXPECT_EQ(got[0].status, 500u);
  EXPECT_EQ(got[0].fields.at("content-type"), "application/problem+json");
  EXPECT_EQ(got[1].status, 500u) << "a handler that never answers";
  EXPECT_EQ(got[2].body, "hello");
}

TEST_F(HttpServerTest, ACutAnswerLooksCut) {
  start();
  for (const auto* path : {"/cut", "/short", "/long"}) {
    EXPECT_EQ(run(talk(loop, server->endpoint(), {get(path)}))[0].status, 0u) << path;
  }
}

TEST_F(HttpServerTest, RefusesWhatIsNotHttp) {
  start();
  const std::string too_old = "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
  for (const auto& text :
       {std::string("NONSENSE\r\n\r\n"), std::string("GET /hello HTTP/2.0\r\nHost: x\r\n\r\n"),
        std::string("\x16\x03\x01\x02\x00\x01\x00\x01", 8), get("/hello", "No colon\r\n"),
        get("/hello", "Content-Length: -1\r\n"), get("/hello", "Content-Length: 1\r\nContent-Length: 2\r\n"),
        get("/hello", "Content-Length: 18446744073709551616\r\n"),
        post("/echo", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"),
        post("/echo", "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"),
        std::string("GET /hello HTTP/1.1\r\n\r\n"), get("/hello", "Host: y\r\n"),
        std::string("GET /hello HTTP/1.1\nHost: x\n\n"), too_old}) {
    const auto got = answer_to(text);
    EXPECT_TRUE(got.starts_with("HTTP/1.1 400 ")) << text << got;
    EXPECT_NE(got.find("application/problem+json"), std::string::npos) << text;
  }
  EXPECT_TRUE(answer_to(post("/echo", "Transfer-Encoding: gzip\r\n")).starts_with("HTTP/1.1 501 "));
  EXPECT_TRUE(answer_to(post("/echo", "Transfer-Encoding: gzip, chunked\r\n")).starts_with("HTTP/1.1 501 "));
  EXPECT_EQ(handler.requests, 0u);
}

TEST_F(HttpServerTest, RefusesMalformedChunks) {
  start();
  for (const auto* bad :
       {"zz\r\n", "3\r\nabcd\r\n0\r\n\r\n", "-1\r\n", "fffffffffffffffff\r\n", "3\nabc\r\n"}) {
    handler.read_error.reset();
    const auto got = answer_to(post("/echo", "Transfer-Encoding: chunked\r\n") + bad);
    EXPECT_TRUE(got.starts_with("HTTP/1.1 400 ")) << bad << got;
    ASSERT_TRUE(handler.read_error) << bad;
    EXPECT_EQ(handler.read_error->code, Errc::invalid) << bad;
  }
  const auto got =
      answer_to(post("/echo", "Transfer-Encoding: chunked\r\n") + "3;" + std::string(100'000, 'x'));
  EXPECT_TRUE(got.starts_with("HTTP/1.1 400 "));
}

TEST_F(HttpServerTest, BoundsTheHeader) {
  start();
  for (const auto& text : {get("/hello", "X: " + std::string(20'000, 'a') + "\r\n"),
                           get("/" + std::string(17'000, 'a')), std::string(200'000, 'a')}) {
    const auto got = answer_to(text);
    EXPECT_TRUE(got.starts_with("HTTP/1.1 431 ")) << text.substr(0, 30) << got.substr(0, 100);
  }
  const auto got =
      run(talk(loop, server->endpoint(), {get("/hello", "X: " + std::string(15'000, 'a') + "\r\n")}));
  EXPECT_EQ(got[0].status, 200u);
}

TEST_F(HttpServerTest, ALargeRefusedBodyStillGetsTheAnswer) {
  start();
  for (const auto* path : {"/refuse", "/half"}) {
    // The whole body is sent before anything is read, as plain clients do.
    const auto got = run(talk(loop, server->endpoint(), {post_body(path, std::string(20 << 20, 'b'))}));
    EXPECT_TRUE(got[0].status == 413 || got[0].status == 400) << path;
    EXPECT_EQ(got[0].fields.at("connection"), "close");
  }
}

TEST_F(HttpServerTest, ASmallRefusedBodyKeepsTheConnection) {
  start();
  const auto got = run(
      talk(loop, server->endpoint(),
           {post_body("/refuse", std::string(200'000, 'b')), post_body("/half", "abcdef"), get("/hello")}));
  EXPECT_EQ(got[0].status, 413u);
  EXPECT_EQ(got[1].status, 400u);
  EXPECT_EQ(got[2].body, "hello");
}

TEST_F(HttpServerTest, NoticesATruncatedBody) {
  start();
  struct Leave {
    static Task<std::string> in(boost::asio::io_context& on, Endpoint to, std::string text) {
      RawClient client(on);
      co_await client.connect(to);
      co_await client.send(std::move(text));
      client.link().shutdown_send();
      co_return co_await client.read_to_end();
    }
  };
  for (const auto& text : {post("/echo", "Content-Length: 10\r\n") + "abc",
                           post("/echo", "Transfer-Encoding: chunked\r\n") + "5\r\nabc"}) {
    handler.read_error.reset();
    EXPECT_TRUE(run(Leave::in(loop, server->endpoint(), text)).starts_with("HTTP/1.1 400 "));
    ASSERT_TRUE(handler.read_error);
    EXPECT_EQ(handler.read_error->code, Errc::closed);
  }
  EXPECT_TRUE(run(Leave::in(loop, server->endpoint(), "GET /hel")).starts_with("HTTP/1.1 400 "));
  EXPECT_EQ(run(Leave::in(loop, server->endpoint(), "")), "");
}

TEST_F(HttpServerTest, StalledClientsAreToldAndClosed) {
  start({.stall_timeout = milliseconds(60)});
  EXPECT_TRUE(answer_to("GET /hello HT").starts_with("HTTP/1.1 408 "));
  EXPECT_TRUE(answer_to(post("/echo", "Content-Length: 10\r\n") + "abc").starts_with("HTTP/1.1 408 "));
  ASSERT_TRUE(handler.read_error);
  EXPECT_EQ(handler.read_error->code, Errc::timeout);
  EXPECT_EQ(answer_to(""), "") << "idle: closed without a word";
  const auto kept = answer_to(get("/hello"));
  EXPECT_TRUE(kept.ends_with("hello")) << "idle after an answer: closed without a word";
}

TEST_F(HttpServerTest, AHeaderByDropsIsStalled) {
  start({.stall_timeout = milliseconds(100)});
  struct Drip {
    static Task<std::string> in(boost::asio::io_context& on, Clock& time, Endpoint to) {
      RawClient client(on);
      co_await client.connect(to);
      for (int i = 0; i < 1000 && co_await client.send("G"); ++i) {
        if (!client.link().quiet()) break;
        co_await time.sleep_for(milliseconds(10));
      }
      co_return co_await client.read_to_end();
    }
  };
  EXPECT_TRUE(run(Drip::in(loop, clock, server->endpoint())).starts_with("HTTP/1.1 408 "));
}

TEST_F(HttpServerTest, AClientThatStopsReadingIsCutOff) {
  start({.stall_timeout = milliseconds(80)});
  struct Stop {
    static Task<> in(boost::asio::io_context& on, Clock& time, Endpoint to, PathHandler& handler) {
      RawClient client(on);
      co_await client.connect(to);
      co_await client.send(get("/endless"));
      while (!handler.write_error) co_await time.sleep_for(milliseconds(10));
    }
  };
  run(Stop::in(loop, clock, server->endpoint(), handler));
  EXPECT_EQ(handler.write_error->code, Errc::timeout);
}

TEST_F(HttpServerTest, AnAnswerMayPauseForLongerThanAStall) {
  start({.stall_timeout = milliseconds(60)});
  handler.clock = &clock;
  handler.pause = milliseconds(200);
  const auto answer = answer_to(get("/pauses", "Connection: close\r\n"));
  EXPECT_FALSE(handler.write_error);
  EXPECT_TRUE(answer.ends_with("5\r\npiece\r\n5\r\npiece\r\n0\r\n\r\n")) << answer;
}

TEST_F(HttpServerTest, AClientThatGoesIsNoticedWhileWriting) {
  start();
  struct Go {
    static Task<> in(boost::asio::io_context& on, Clock& time, Endpoint to, PathHandler& handler) {
      {
        RawClient client(on);
        co_await client.connect(to);
        co_await client.send(get("/endless"));
        co_await client.read(100'000);
      }
      while (!handler.write_error) co_await time.sleep_for(milliseconds(1));
    }
  };
  run(Go::in(loop, clock, server->endpoint(), handler));
  EXPECT_EQ(handler.write_error->code, Errc::closed);
}

TEST_F(HttpServerTest, TooManyConnectionsAreTurnedAway) {
  start({.max_connections = 2});
  struct Crowd {
    static Task<> in(boost::asio::io_context& on, Clock& time, HttpServer& server) {
      std::vector<std::unique_ptr<RawClient>> clients;
      for (int i = 0; i < 2; ++i) {
        clients.push_back(std::make_unique<RawClient>(on));
        co_await clients.back()->connect(server.endpoint());
        co_await clients.back()->send(get("/hello"));
        EXPECT_EQ((co_await clients.back()->response()).status, 200u);
      }
      RawClient third(on);
      co_await third.connect(server.endpoint());
      co_await third.send(get("/hello"));
      const auto refused = co_await third.response();
      EXPECT_EQ(refused.status, 503u);
      EXPECT_TRUE(refused.fields.contains("retry-after"));
      EXPECT_EQ(co_await third.read_to_end(), "");
      clients.pop_back();
      while (server.connection_count() > 1) co_await time.sleep_for(milliseconds(1));
      RawClient fourth(on);
      co_await fourth.connect(server.endpoint());
      co_await fourth.send(get("/hello"));
      EXPECT_EQ((co_await fourth.response()).status, 200u);
    }
  };
  run(Crowd::in(loop, clock, *server));
}

TEST_F(HttpServerTest, StopEndsRequestsThatRun) {
  start();
  struct Stop {
    static Task<std::string> in(boost::asio::io_context& on, Clock& time, HttpServer& server,
                                PathHandler& handler) {
      RawClient idle(on);
      co_await idle.connect(server.endpoint());
      RawClient busy(on);
      co_await busy.connect(server.endpoint());
      co_await busy.send(post("/echo", "Content-Length: 10\r\n") + "abc");
      while (handler.running == 0) co_await time.sleep_for(milliseconds(1));
      co_await server.stop();
      EXPECT_EQ(handler.running, 0u);
      co_return co_await busy.read_to_end() + co_await idle.read_to_end();
    }
  };
  EXPECT_EQ(run(Stop::in(loop, clock, *server, handler)), "");
}

TEST_F(HttpServerTest, AnAddressInUseIsSaidAtOnce) {
  start();
  EXPECT_THROW(HttpServer(loop, server->endpoint(), handler, {}), std::runtime_error);
}

}  // namespace
}  // namespace mycostr::net
