// Nodes that run the exchange and call each other in memory, under virtual time.
#pragma once

#include "dht/exchange.hpp"
#include "dht/record_keeper.hpp"
#include "support/local_request.hpp"
#include "support/memory_meta_store.hpp"
#include "support/started.hpp"
#include "support/virtual_clock.hpp"
#include "unit/dht/records.hpp"

namespace mycostr::dht {

class HubNode;

/// Who listens where, and how long a message takes each way.
struct Hub {
  Clock& clock;
  Duration latency = std::chrono::milliseconds(20);
  std::map<Endpoint, HubNode*> nodes{};
  std::uint64_t calls = 0;
};

/// One node. Its store survives restart(), its memory does not.
class HubNode final : public Transport {
 public:
  HubNode(boost::asio::io_context& loop, Hub& hub, std::uint64_t seed, std::string network = kNetwork)
      : loop_(loop), hub_(hub), network_(std::move(network)), random_(seed), identity_(identity_of(seed)) {
    endpoint_ = {"10.0.0.1", static_cast<std::uint16_t>(seed)};
  }
  ~HubNode() override { hub_.nodes.erase(endpoint_); }

  void start(std::vector<Endpoint> bootstrap) {
    hub_.nodes[endpoint_] = this;
    directory_ = std::make_unique<Directory>(identity_.id(), network_);
    keeper_ = std::make_unique<RecordKeeper>(identity_, hub_.clock, network_);
    keeper_->set_endpoints({endpoint_});
    ExchangeSettings settings;
    settings.bootstrap = std::move(bootstrap);
    exchange_ = std::make_unique<Exchange>(loop_.get_executor(), hub_.clock, random_, *this, store_,
                                           *directory_, *keeper_, std::move(settings));
    running_ = std::make_unique<test::Started>(loop_, open_and_run(*exchange_));
  }
  /// Nobody reaches it from now on. The loop has to run before it can be started again.
  void stop() {
    hub_.nodes.erase(endpoint_);
    running_->cancel();
  }

  Task<Result<PeerReply>> call(PeerAddress to, PeerCall call, CallLimits) override {
    ++hub_.calls;
    co_await hub_.clock.sleep_for(hub_.latency);
    const auto at = hub_.nodes.find(to.endpoints.at(0));
    if (at == hub_.nodes.end()) co_return fail(Errc::unreachable, "nobody listens there");
    if (to.id && *to.id != at->second->id()) co_return fail(Errc::wrong_peer, "another node listens there");
    test::LocalRequest request({id(), identity_.public_key()}, std::move(call));
    const PeerIdentity answerer{at->second->id(), at->second->identity_.public_key()};
    auto reply = co_await at->second->exchange_->handle_hello(request);
    co_await hub_.clock.sleep_for(hub_.latency);
    if (reply) reply->from = answerer;
    co_return reply;
  }
  void serve(PeerHandler&) override {}
  std::size_t connection_count() const override { return 0; }

  NodeId id() const { return identity_.id(); }
  const Endpoint& endpoint() const { return endpoint_; }
  const crypto::Identity& identity() const { return identity_; }
  Directory& directory() { return *directory_; }
  RecordKeeper& keeper() { return *keeper_; }
  Exchange& exchange() { return *exchange_; }
  test::MemoryMetaStore& store() { return store_; }
  bool running() const { return running_ && !running_->ended(); }
  bool sees_live(const HubNode& other) const { return directory_->is_live(other.id()); }

 private:
  static Task<> open_and_run(Exchange& exchange) {
    EXPECT_TRUE(co_await exchange.open());
    co_await exchange.run();
  }

  boost::asio::io_context& loop_;
  Hub& hub_;
  std::string network_;
  test::SeededRandom random_;
  crypto::Identity identity_;
  Endpoint endpoint_;
  test::MemoryMetaStore store_;
  std::unique_ptr<Directory> directory_;
  std::unique_ptr<RecordKeeper> keeper_;
  std::unique_ptr<Exchange> exchange_;
  std::unique_ptr<test::Started> running_;
};

}  // namespace mycostr::dht
