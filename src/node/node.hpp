// A whole node: owns everything, and is the only place that knows both the domain and its adapters.
#pragma once

#include <boost/asio/io_context.hpp>

#include "api/rest_api.hpp"
#include "dht/identity_signer.hpp"
#include "engine/engine.hpp"
#include "geo/maxmind_database.hpp"
#include "lightning/lnd_wallet.hpp"
#include "net/http_server.hpp"
#include "net/peer_transport.hpp"
#include "net/port_mapper.hpp"
#include "net/steady_clock.hpp"
#include "net/system_random.hpp"
#include "net/udp_socket.hpp"
#include "node/data_dir.hpp"
#include "storage/pack_store.hpp"
#include "storage/rocks_meta_store.hpp"

namespace mycostr::node {

struct NodeOptions {
  DataDir data_dir;
  config::Settings settings;  ///< checked
  Secrets secrets;
  std::string version;
};

/// What nodes of one process share. Outlives them.
struct Machine {
  boost::asio::io_context& loop;
  WorkerPool& crypto_pool;
  WorkerPool& storage_pool;
};

/// Loop thread only. Use: construct, start(), ..., stop(), destroy.
class Node {
 public:
  /// Opens the store (which may block for its recovery) and binds both addresses. Throws storage::OpenError,
  /// boost::system::system_error, std::runtime_error, with a message for the operator.
  Node(Machine machine, NodeOptions options);

  /// Answers the API and other nodes from its return on. Errors: io, corrupt.
  Task<Result<void>> start();
  /// Stops accepting, ends what runs, leaves the store closed once the node is destroyed.
  Task<> stop();

  const NodeId& id() const { return identity_.id(); }
  Endpoint api_endpoint() const { return http_.endpoint(); }
  Endpoint peer_endpoint() const { return *transport_.endpoint(); }

 private:
  engine::EngineSettings engine_settings(const config::Settings& settings) const;
  api::ApiContext api_context(const NodeOptions& options);
  std::vector<api::Problem> problems();
  void add_payment_problems(std::vector<api::Problem>& out);
  void update_endpoints();
  Task<> watch_endpoints();
  Task<> watch_disk();
  Task<> watch_problems();

  const config::Settings settings_;
  net::SteadyClock clock_;
  net::SystemRandom random_;
  crypto::Identity identity_;
  crypto::Keystore keystore_;
  storage::Database database_;
  storage::RocksMetaStore meta_;
  storage::PackStore chunks_;
  net::PeerTransport transport_;
  net::UdpSocket datagrams_;
  dht::IdentitySigner signer_;
  std::unique_ptr<GeoDatabase> geo_;
  std::unique_ptr<lightning::LndWallet> wallet_;  ///< null: none
  engine::Engine engine_;
  api::RestApi api_;
  net::HttpServer http_;
  net::PortMapper port_mapper_;
  async::TaskGroup background_;
  std::optional<ByteCount> disk_free_;  ///< when last looked at
  bool api_started_ = false;
};

}  // namespace mycostr::node
