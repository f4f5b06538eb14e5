// Nodes without sockets and disks: each an Engine, joined by calls within the process.
#pragma once

#include <boost/asio/io_context.hpp>
#include <map>

#include "api/rest_api.hpp"
#include "dht/identity_signer.hpp"
#include "engine/engine.hpp"
#include "fake_http.hpp"
#include "support/inline_pool.hpp"
#include "support/local_datagrams.hpp"
#include "support/memory_meta_store.hpp"
#include "support/power.hpp"
#include "support/seeded_random.hpp"
#include "support/sim_chunk_store.hpp"
#include "support/sim_wallet.hpp"
#include "support/virtual_clock.hpp"

namespace mycostr::api::test {

class LocalNode;

/// What calls between nodes go through.
class LocalTransport final : public Transport {
 public:
  enum class Mood { answers, unreachable, silent };
  using Network = std::map<std::string, LocalTransport*>;  // by endpoint

  LocalTransport(Clock& clock, const crypto::Identity& identity, Network& network, std::string address);
  Task<Result<PeerReply>> call(PeerAddress to, PeerCall call, CallLimits limits) override;
  void serve(PeerHandler& handler) override { handler_ = &handler; }
  std::size_t connection_count() const override { return 0; }

  Mood mood = Mood::answers;
  /// Called on the caller's side when an answer has come, before the caller sees it.
  std::function<void(std::string_view operation)> on_answer = [](std::string_view) {};

 private:
  Clock& clock_;
  const crypto::Identity& identity_;
  Network& network_;
  PeerHandler* handler_ = nullptr;
};

class LocalNetwork {
 public:
  /// Node 0 is the one whose API is used; all are holders and know each other. With `paying` each has a
  /// wallet in `lightning`.
  explicit LocalNetwork(std::size_t count, std::vector<std::string> locations = {},
                        const std::optional<payment::Settings>& paying = {});
  ~LocalNetwork();

  /// With the token, on node 0.
  FakeResponder call(FakeRequest request);
  FakeResponder call(std::string method, std::string target, std::string body = "",
                     std::vector<HttpField> fields = {});
  /// Likewise, on any node.
  FakeResponder call_node(std::size_t index, FakeRequest request);
  LocalNode& node(std::size_t index) { return *nodes_[index]; }
  void run_for(Duration duration) { clock.run_for(duration); }
  std::size_t shards() const;

  boost::asio::io_context loop;
  mycostr::test::VirtualClock clock{loop};
  mycostr::test::InlinePool pool{loop};
  mycostr::test::Power power;
  mycostr::test::Trace trace;
  LocalTransport::Network network;
  mycostr::test::LocalDatagrams::Net datagrams;
  mycostr::test::SimLightning lightning{clock, 1};

 private:
  std::vector<std::unique_ptr<LocalNode>> nodes_;
};

class LocalNode {
 public:
  LocalNode(LocalNetwork& network, std::size_t index, std::string location,
            const std::optional<payment::Settings>& paying = {});

  const std::string address;
  mycostr::test::SeededRandom random;
  crypto::Identity identity;
  crypto::Keystore keystore;
  mycostr::test::MemoryMetaStore meta;
  mycostr::test::SimChunkStore chunks;
  LocalTransport transport;
  mycostr::test::LocalDatagrams datagrams;
  dht::IdentitySigner signer;
  mycostr::test::SimWallet* wallet;  ///< null: none
  engine::Engine engine;
  std::vector<Problem> problems;
  RestApi api;

 private:
  ApiContext context(Clock& clock);
};

inline constexpr std::string_view kToken = "a-token-for-tests";

}  // namespace mycostr::api::test
