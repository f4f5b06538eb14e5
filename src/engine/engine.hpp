// All of a node but its adapters: the domain's services, wired over ports. The daemon runs it on sockets and
// disks, the simulator runs the very same on virtual ones.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include "async/task_group.hpp"
#include "dht/record_keeper.hpp"
#include "dht/service.hpp"
#include "files/cleaner.hpp"
#include "files/retrieve_service.hpp"
#include "files/store_service.hpp"
#include "holder/registration.hpp"
#include "holder/shard_service.hpp"
#include "mycostr/chunk_store.hpp"
#include "mycostr/worker_pool.hpp"
#include "reputation/performance_keeper.hpp"

namespace mycostr::engine {

/// Outlive the engine.
struct Ports {
  boost::asio::any_io_executor executor;
  Clock& clock;
  Random& random;
  WorkerPool& crypto_pool;
  MetaStore& meta;
  ChunkStore& chunks;
  Transport& transport;
  Datagrams& datagrams;
  wire::DatagramSigner& signer;  ///< signs with the identity's key
  const GeoDatabase* geo = nullptr;
};

struct EngineSettings {
  std::string network_id;
  std::vector<Endpoint> endpoints;  ///< told to others; may be set later
  dht::ServiceSettings dht;
  Duration record_life = std::chrono::hours(12);
  files::FileSettings files;
  ByteCount transfer_memory = 192_MiB;  ///< of all transfers together
  ByteCount holder_capacity;            ///< 0: not from the configuration
  std::string holder_location;
  ByteCount holder_min_capacity;
};

/// Loop thread only.
class Engine : public PeerHandler {
 public:
  Engine(Ports ports, const crypto::Identity& identity, const crypto::Keystore& keystore,
         EngineSettings settings);

  /// Reads what is on disk, answers other nodes from then on. Errors: io, corrupt.
  Task<Result<void>> open();
  /// Background work, after open().
  void start();
  /// Ends the background work.
  Task<> stop();

  Task<Result<PeerReply>> handle(PeerRequest& request) override;

  const crypto::Identity& identity() const { return identity_; }
  dht::Directory& directory() { return directory_; }
  dht::Service& dht() { return dht_; }
  dht::RecordKeeper& own_record() { return own_record_; }
  holder::Registration& registration() { return registration_; }
  files::Context& files() { return files_; }
  files::Catalog& catalog() { return catalog_; }
  files::StoreService& store() { return store_; }
  files::RetrieveService& retrieve() { return retrieve_; }
  files::Cleaner& cleaner() { return cleaner_; }

 private:
  std::optional<placement::Location> own_location() const;
  void refresh_offer();
  void offer_changed();
  Task<> keep_offer_fresh();

  Ports ports_;
  const crypto::Identity& identity_;
  const EngineSettings settings_;
  async::Budget transfer_memory_;
  dht::Directory directory_;
  dht::RecordKeeper own_record_;
  reputation::PerformanceBook performance_;
  reputation::PerformanceKeeper performance_keeper_;
  dht::Service dht_;
  holder::Registration registration_;
  holder::ShardService shards_;
  files::Context files_;
  files::Catalog catalog_;
  files::StoreService store_;
  files::RetrieveService retrieve_;
  files::Cleaner cleaner_;
  async::TaskGroup background_;
};

}  // namespace mycostr::engine
