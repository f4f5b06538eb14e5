#include "unit/net/peer_transport_test.hpp"

#include "base/units.hpp"
#include "net/peer_protocol.hpp"
#include "support/seeded_random.hpp"

namespace mycostr::net {
namespace {

using std::chrono::milliseconds;

TEST_F(PeerTransportTest, CallsCarryMessageBodyAndIdentities) {
  start();
  test::SeededRandom random(3);
  for (const std::size_t size : {0, 1, 4096, 65'537, 1 << 20, 4 << 20}) {
    const auto message = random.bytes(size % 5000);
    const auto body = random.bytes(size);
    const auto reply = call(to_callee(), {"shards/put", message, Buffer::copy_of(body), size});
    ASSERT_TRUE(reply) << size << to_string(reply.error());
    EXPECT_TRUE(reply->message == message) << size;
    EXPECT_TRUE(std::ranges::equal(reply->body.view(), body)) << size;
    EXPECT_EQ(reply->from.id, bob.id());
    EXPECT_EQ(reply->from.key, bob.public_key());
  }
  ASSERT_TRUE(handler.caller);
  EXPECT_EQ(handler.caller->id, alice.id());
  EXPECT_EQ(handler.caller->key, alice.public_key());
}

TEST_F(PeerTransportTest, CarriesTheLongestMessage) {
  start();
  const Bytes message(kMaxMessageSize, 9);
  const auto reply =
      call(to_callee(),
           {.operation = "echo", .message = message, .body = {}, .max_reply_message = kMaxMessageSize});
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->message == message);
}

TEST_F(PeerTransportTest, TakesNoLongerAnswerThanItAskedFor) {
  start();
  for (const std::size_t more : {0, 1}) {
    PeerCall small{"echo", Bytes(1000 + more, 1), {}};
    small.max_reply_message = 1000;
    const auto answer = call(to_callee(), std::move(small));
    EXPECT_EQ(answer.has_value(), more == 0);
    if (!answer) EXPECT_EQ(answer.error().code, Errc::invalid);
    const auto reply = call(to_callee(), {"shards/put", {}, Buffer::copy_of(Bytes(4096 + more, 2)), 4096});
    EXPECT_EQ(reply.has_value(), more == 0);
    if (!reply) EXPECT_EQ(reply.error().code, Errc::invalid);
  }
}

TEST_F(PeerTransportTest, WhoeverAnswersIsGoodWhereNobodyIsExpected) {
  start();
  const auto reply = call({std::nullopt, {*callee->endpoint()}}, {"echo", {}, {}});
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->from.id, bob.id());
  EXPECT_TRUE(call("echo"));
  EXPECT_EQ(callee->connection_count(), 1u) << "the connection is kept under the id that was learnt";
}

TEST_F(PeerTransportTest, AnotherIdentityThanExpectedIsRefused) {
  start();
  const auto reply = call({alice.id(), {*callee->endpoint()}}, {"echo", {}, {}});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::wrong_peer);
  EXPECT_NE(reply.error().detail.find(bob.id().hex()), std::string::npos);
  EXPECT_EQ(handler.calls, 0u);
}

TEST_F(PeerTransportTest, ManyCallsShareFewConnections) {
  start();
  struct Many {
    static Task<> some(PeerTransport& from, PeerAddress to, std::size_t count, std::size_t& good) {
      for (std::size_t i = 0; i < count; ++i) {
        const auto reply = co_await from.call(to, {"echo", {1, 2, 3}, {}}, {});
        if (reply && reply->message == Bytes{1, 2, 3}) ++good;
      }
    }
    static Task<> in(boost::asio::io_context& on, PeerTransport& from, PeerAddress to, std::size_t& good) {
      async::TaskGroup group(on.get_executor(), "test");
      for (int i = 0; i < 50; ++i) group.spawn(some(from, to, 60, good));
      co_await group.join();
    }
  };
  std::size_t good = 0;
  run(Many::in(loop, *caller, to_callee(), good));
  EXPECT_EQ(good, 3000u);
  EXPECT_EQ(handler.calls, 3000u);
  EXPECT_LE(handler.most_running, PeerLimits().max_calls_per_peer);
  EXPECT_LE(caller->connection_count(), PeerLimits().max_idle_per_peer);
}

TEST_F(PeerTransportTest, ConcurrentCallsToOnePeerWaitTheirTurn) {
  start({}, {.max_calls_per_peer = 4, .max_idle_per_peer = 1});
  struct Crowd {
    static Task<> one(PeerTransport& from, PeerAddress to, std::size_t& good) {
      if (co_await from.call(to, {"pause", {}, {}}, {})) ++good;
    }
    static Task<> in(boost::asio::io_context& on, PeerTransport& from, PeerAddress to, std::size_t& good) {
      async::TaskGroup group(on.get_executor(), "test");
      for (int i = 0; i < 40; ++i) group.spawn(one(from, to, good));
      co_await group.join();
    }
  };
  std::size_t good = 0;
  run(Crowd::in(loop, *caller, to_callee(), good));
  EXPECT_EQ(good, 40u);
  EXPECT_LE(handler.most_running, 4u);
  EXPECT_GT(handler.most_running, 1u) << "a busy machine may not open all four in time";
  EXPECT_EQ(caller->connection_count(), 1u);
}

TEST_F(PeerTransportTest, ErrorsCrossTheWire) {
  start();
  for (const auto code :
       {Errc::invalid, Errc::not_found, Errc::exists, Errc::forbidden, Errc::full, Errc::overloaded,
        Errc::timeout, Errc::corrupt, Errc::io, Errc::not_enough, Errc::conflict, Errc::internal}) {
    const auto reply = call("fail/" + std::string(errc_name(code)));
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, code);
    const bool is_inside = code == Errc::io || code == Errc::corrupt || code == Errc::internal;
    EXPECT_EQ(reply.error().detail, is_inside ? "a fault at the other node" : "because of the test");
  }
  const auto cut = call("long_detail");
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code, Errc::full);
  EXPECT_EQ(cut.error().detail.size(), kMaxErrorDetail);
  for (const auto* operation : {"throw", "too_much"}) {
    const auto reply = call(operation);
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, Errc::internal) << operation;
  }
  EXPECT_EQ(callee->connection_count(), 1u) << "an error is no reason to give a connection up";
}

TEST_F(PeerTransportTest, ACallRefusedBeforeItsBodyGetsTheAnswer) {
  start();
  for (const std::size_t size : {1000, 100'000, 1 << 20, 4 << 20}) {
    const auto reply = call(to_callee(), {"fail/full", {}, Buffer::allocate(size)});
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, Errc::full) << size;
    EXPECT_TRUE(call("echo")) << size;
  }
}

TEST_F(PeerTransportTest, CallsThatNoNodeWouldTakeAreNotSent) {
  start();
  for (auto& bad : std::vector<PeerCall>{{"", {}, {}},
                                         {"a b", {}, {}},
                                         {"a\r\nHost: x", {}, {}},
                                         {"echo", Bytes(kMaxMessageSize + 1), {}},
                                         {"echo", {}, Buffer::allocate(kMaxChunkSize + 1)}}) {
    const auto reply = call(to_callee(), bad);
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, Errc::invalid);
  }
  EXPECT_EQ(handler.calls, 0u);
}

TEST_F(PeerTransportTest, NobodyThereIsUnreachable) {
  start();
  Endpoint nobody;
  {
    boost::asio::ip::tcp::acceptor taken(loop, {boost::asio::ip::make_address("127.0.0.1"), 0});
    nobody = to_endpoint(taken.local_endpoint());
  }
  const auto refused = call({bob.id(), {nobody}}, {"echo", {}, {}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::unreachable);
  EXPECT_NE(refused.error().detail.find(to_string(nobody)), std::string::npos);
  const auto none = call({bob.id(), {}}, {"echo", {}, {}});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Errc::unreachable);
  const auto no_name = call({bob.id(), {{"no..name", 1}}}, {"echo", {}, {}}, {.connect = milliseconds(300)});
  ASSERT_FALSE(no_name);
  EXPECT_EQ(no_name.error().code, Errc::unreachable);
  EXPECT_TRUE(call({bob.id(), {nobody, *callee->endpoint()}}, {"echo", {}, {}})) << "the second endpoint";
  const Endpoint by_name{"localhost", callee->endpoint()->port};
  EXPECT_TRUE(call({bob.id(), {by_name}}, {"echo", {}, {}}));
}

TEST_F(PeerTransportTest, SilentPeersTimeOut) {
  start();
  const auto hung = call("hang", {.progress = milliseconds(30)});
  ASSERT_FALSE(hung);
  EXPECT_EQ(hung.error().code, Errc::timeout);
  const auto late = call("hang", {.total = milliseconds(30)});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::timeout);
  boost::asio::ip::tcp::acceptor mute(loop, {boost::asio::ip::make_address("127.0.0.1"), 0});
  const auto no_tls =
      call({bob.id(), {to_endpoint(mute.local_endpoint())}}, {"echo", {}, {}}, {.connect = milliseconds(30)});
  ASSERT_FALSE(no_tls);
  EXPECT_EQ(no_tls.error().code, Errc::unreachable) << "nothing was sent";
}

TEST_F(PeerTransportTest, WaitingForATurnCountsAsTime) {
  start({}, {.max_calls_per_peer = 1});
  struct Two {
    static Task<> hang(PeerTransport& from, PeerAddress to) {
      (void)co_await from.call(to, {"hang", {}, {}}, {});
    }
    static Task<Result<PeerReply>> in(boost::asio::io_context& on, PeerTransport& from, PeerAddress to) {
      async::TaskGroup group(on.get_executor(), "test");
      group.spawn(hang(from, to));
      co_await boost::asio::post(on, boost::asio::use_awaitable);
      auto second = co_await from.call(to, {"echo", {}, {}}, {.total = milliseconds(40)});
      co_await group.close();
      co_return second;
    }
  };
  const auto second = run(Two::in(loop, *caller, to_callee()));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::cancelled) << "no word of the peer's silence";
}

TEST_F(PeerTransportTest, ACancelledCallDropsItsConnection) {
  start();
  struct Cancel {
    static Task<> hang(PeerTransport& from, PeerAddress to) {
      (void)co_await from.call(to, {"hang", {}, {}}, {});
    }
    static Task<> in(boost::asio::io_context& on, Clock& time, PeerTransport& from, PeerAddress to,
                     OperationHandler& handler) {
      async::TaskGroup group(on.get_executor(), "test");
      group.spawn(hang(from, to));
      while (handler.running == 0) co_await time.sleep_for(milliseconds(1));
      co_await group.close();
    }
  };
  run(Cancel::in(loop, clock, *caller, to_callee(), handler));
  EXPECT_EQ(caller->connection_count(), 0u);
  EXPECT_TRUE(call("echo"));
}

TEST_F(PeerTransportTest, AStoppingCalleeEndsRunningCalls) {
  start();
  struct Stop {
    static Task<> hang(PeerTransport& from, PeerAddress to, std::optional<Result<PeerReply>>& out) {
      out = co_await from.call(to, {"hang", {}, {}}, {});
    }
    static Task<> in(boost::asio::io_context& on, Clock& time, PeerTransport& stopping, PeerTransport& from,
                     PeerAddress to, OperationHandler& handler, std::optional<Result<PeerReply>>& out) {
      async::TaskGroup group(on.get_executor(), "test");
      group.spawn(hang(from, to, out));
      while (handler.running == 0) co_await time.sleep_for(milliseconds(1));
      co_await stopping.stop();
      co_await group.join();
    }
  };
  for (auto* stopping : {&callee, &caller}) {
    std::optional<Result<PeerReply>> out;
    run(Stop::in(loop, clock, **stopping, *caller, to_callee(), handler, out));
    ASSERT_TRUE(out && !*out);
    EXPECT_EQ(out->error().code, Errc::closed);
    run(caller->stop());
    run(callee->stop());
    start();
    handler.running = 0;
  }
}

TEST_F(PeerTransportTest, AKeptConnectionThatDiedIsReplacedUnnoticed) {
  start();
  ASSERT_TRUE(call("echo"));
  const auto where = *callee->endpoint();
  run(callee->stop());
  callee.emplace(loop, clock, bob, where, PeerLimits());
  callee->serve(handler);
  EXPECT_TRUE(call("echo"));
  EXPECT_EQ(caller->connection_count(), 1u);
}

TEST_F(PeerTransportTest, ACallMayInsistOnTheEndpointsGiven) {
  start();
  ASSERT_TRUE(call("echo"));
  PeerAddress nowhere{.id = bob.id(), .endpoints = {{"no..name", 1}}};
  EXPECT_TRUE(call(nowhere, {"echo", {}, {}})) << "over the connection that is open";
  nowhere.dial_anew = true;
  const auto refused = call(nowhere, {"echo", {}, {}}, {.connect = milliseconds(300)});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::unreachable);
}

TEST_F(PeerTransportTest, IdleConnectionsAreGivenUp) {
  start({}, {.outgoing_idle = milliseconds(20)});
  ASSERT_TRUE(call("echo"));
  struct Wait {
    static Task<> in(Clock& time, PeerTransport& transport) {
      while (transport.connection_count() > 0) co_await time.sleep_for(milliseconds(2));
    }
  };
  run(Wait::in(clock, *caller));
  run(Wait::in(clock, *callee));
  EXPECT_TRUE(call("echo"));
}

TEST_F(PeerTransportTest, KeepsNoMoreIdleConnectionsThanAllowed) {
  start({}, {.max_idle = 2});
  const crypto::Identity carol(node_seed(3));
  const crypto::Identity dave(node_seed(4));
  PeerTransport third(loop, clock, carol, kAnyPort);
  PeerTransport fourth(loop, clock, dave, kAnyPort);
  third.serve(handler);
  fourth.serve(handler);
  EXPECT_TRUE(call("echo"));
  EXPECT_TRUE(call({carol.id(), {*third.endpoint()}}, {"echo", {}, {}}));
  EXPECT_TRUE(call({dave.id(), {*fourth.endpoint()}}, {"echo", {}, {}}));
  EXPECT_EQ(caller->connection_count(), 2u);
  run(third.stop());
  run(fourth.stop());
}

TEST_F(PeerTransportTest, MemoryForIncomingBodiesIsBounded) {
  start({.incoming_memory = 2 << 20});  // half of it for answers
  const auto ask = [&](std::size_t message) {
    return call(to_callee(), {"echo", Bytes(message), Buffer::allocate(1 << 20), 1 << 20});
  };
  EXPECT_EQ(ask(20'000).error().code, Errc::overloaded);
  EXPECT_TRUE(ask(0)) << "given back";
  EXPECT_TRUE(ask(500)) << "a question costs nothing";
}

TEST_F(PeerTransportTest, MemoryForAnswersIsBounded) {
  start({.incoming_memory = 8 << 20});
  struct Ask {
    static Task<> in(PeerTransport& from, PeerAddress to, std::string operation, std::size_t& answered,
                     std::size_t& refused) {
      const auto reply = co_await from.call(std::move(to), {std::move(operation), {1}, {}, 3 << 20}, {});
      answered += reply ? 1 : 0;
      refused += !reply && reply.error().code == Errc::overloaded ? 1 : 0;
    }
  };
  std::vector<Task<>> calls;
  std::size_t given = 0;
  std::size_t heard = 0;
  std::size_t refused = 0;
  for (int i = 0; i < 6; ++i) calls.push_back(Ask::in(*caller, to_callee(), "give", given, refused));
  for (int i = 0; i < 6; ++i) calls.push_back(Ask::in(*caller, to_callee(), "echo", heard, refused));
  run(async::run_all(loop.get_executor(), "test", std::move(calls)));
  EXPECT_GE(given, 1U);
  EXPECT_EQ(given + refused, 6U);
  EXPECT_EQ(handler.most_giving, 1U) << "of one node; a quarter of the memory is less than two";
  EXPECT_EQ(heard, 6U) << "questions are heard meanwhile";
}

TEST_F(PeerTransportTest, CallsBeyondTheirNodesShareOfMemoryWaitForOneAnother) {
  start({.incoming_memory = 8 << 20});
  struct Ask {
    static Task<> in(PeerTransport& from, PeerAddress to, std::size_t& answered) {
      answered +=
          co_await from.call(std::move(to), {"pause", {1}, Buffer::allocate(3 << 20), 3 << 20}, {}) ? 1 : 0;
    }
  };
  std::vector<Task<>> calls;
  std::size_t answered = 0;
  for (int i = 0; i < 10; ++i) calls.push_back(Ask::in(*caller, to_callee(), answered));
  run(async::run_all(loop.get_executor(), "test", std::move(calls)));
  EXPECT_EQ(answered, 10U);
  EXPECT_EQ(handler.most_running, 1U);
}

TEST_F(PeerTransportTest, TwoOwnersBehindOneAddressCanPlaceTheirShards) {
  start({.incoming_memory = 96 << 20});
  const crypto::Identity carol(node_seed(3));
  PeerTransport third(loop, clock, carol, std::nullopt);
  struct Ask {
    static Task<> in(PeerTransport& from, PeerAddress to, std::size_t& answered) {
      answered +=
          co_await from.call(std::move(to), {"pause", {1}, Buffer::allocate(1 << 20), 1 << 20}, {}) ? 1 : 0;
    }
  };
  std::vector<Task<>> calls;
  std::size_t answered = 0;
  for (int i = 0; i < 8; ++i) {
    calls.push_back(Ask::in(*caller, to_callee(), answered));
    calls.push_back(Ask::in(third, to_callee(), answered));
  }
  run(async::run_all(loop.get_executor(), "test", std::move(calls)));
  EXPECT_EQ(answered, 16U);
  EXPECT_LE(handler.most_running, 12U) << "an eighth of the memory";
  run(third.stop());
}

TEST_F(PeerTransportTest, OneSourceCannotTakeAllConnections) {
  start({.max_incoming_per_source = 1});
  ASSERT_TRUE(call("echo"));
  const crypto::Identity carol(node_seed(3));
  PeerTransport third(loop, clock, carol, std::nullopt);
  const auto refused = run(third.call(to_callee(), {"echo", {}, {}}, {}));
  ASSERT_FALSE(refused);
  run(third.stop());
  EXPECT_TRUE(call("echo")) << "the one that was there first";
}

}  // namespace
}  // namespace mycostr::net
