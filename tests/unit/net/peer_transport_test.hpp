// Two nodes on one loop, the second with a handler that does what the operation says.
#pragma once

#include "net/peer_transport.hpp"
#include "unit/net/net_test.hpp"

namespace mycostr::net {

inline crypto::Identity::Seed node_seed(std::uint8_t first) {
  crypto::Identity::Seed seed;
  seed.bytes[0] = first;
  return seed;
}

class OperationHandler final : public PeerHandler {
 public:
  explicit OperationHandler(Clock& clock) : clock_(clock) {}
  Task<Result<PeerReply>> handle(PeerRequest& request) override;

  std::size_t calls = 0;
  std::size_t running = 0;
  std::size_t most_running = 0;
  std::size_t giving = 0;
  std::size_t most_giving = 0;
  std::optional<PeerIdentity> caller;  // the last one
  std::optional<Error> body_error;     // likewise

 private:
  Clock& clock_;
};

class PeerTransportTest : public NetTest {
 protected:
  PeerTransportTest() : handler(clock) {}
  void start(PeerLimits serving = {}, PeerLimits calling = {}) {
    callee.emplace(loop, clock, bob, kAnyPort, serving);
    callee->serve(handler);
    caller.emplace(loop, clock, alice, std::nullopt, calling);
  }
  void TearDown() override {
    if (caller) run(caller->stop());
    if (callee) run(callee->stop());
  }
  PeerAddress to_callee() const { return {bob.id(), {*callee->endpoint()}}; }
  Result<PeerReply> call(PeerAddress to, PeerCall what, CallLimits limits = {}) {
    return run(caller->call(std::move(to), std::move(what), limits));
  }
  Result<PeerReply> call(const std::string& operation, CallLimits limits = {}) {
    return call(to_callee(), {.operation = operation, .message = {1, 2, 3}, .body = {}}, limits);
  }

  crypto::Identity alice{node_seed(1)};
  crypto::Identity bob{node_seed(2)};
  OperationHandler handler;
  std::optional<PeerTransport> callee;
  std::optional<PeerTransport> caller;
};

}  // namespace mycostr::net
