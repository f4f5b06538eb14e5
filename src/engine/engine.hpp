// All of a node but its adapters: the domain's services, wired over ports. The daemon runs it on sockets and
// disks, the simulator runs the very same on virtual ones.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include "agreement/holder_service.hpp"
#include "agreement/owner_service.hpp"
#include "async/task_group.hpp"
#include "audit/auditor.hpp"
#include "audit/prover.hpp"
#include "dht/record_keeper.hpp"
#include "dht/seeker.hpp"
#include "dht/service.hpp"
#include "events/event_log.hpp"
#include "files/cleaner.hpp"
#include "files/retrieve_service.hpp"
#include "files/store_service.hpp"
#include "holder/drain.hpp"
#include "holder/registration.hpp"
#include "holder/reporter.hpp"
#include "holder/scrubber.hpp"
#include "holder/shard_service.hpp"
#include "holder/unclaimed.hpp"
#include "mycostr/chunk_store.hpp"
#include "mycostr/wallet.hpp"
#include "mycostr/worker_pool.hpp"
#include "payment/no_wallet.hpp"
#include "payment/payments.hpp"
#include "repair/service.hpp"
#include "reputation/online_watch.hpp"
#include "reputation/performance_keeper.hpp"
#include "reputation/score_keeper.hpp"
#include "reputation/standing.hpp"
#include "reputation/verdict_sender.hpp"

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
  Wallet* wallet = nullptr;  ///< null: none, so that nothing is ever paid
};

struct EngineSettings {
  std::string network_id;
  std::vector<Endpoint> endpoints;  ///< told to others; may be set later
  dht::ServiceSettings dht;
  Duration record_life = std::chrono::hours(12);
  files::FileSettings files;
  audit::Settings audit;
  repair::Settings repair;
  payment::Settings payment;
  ByteCount transfer_memory = 192_MiB;  ///< of all transfers together
  ByteCount holder_capacity;            ///< 0: not from the configuration
  std::string holder_location;
  ByteCount holder_min_capacity;
  holder::ScrubSettings scrub;
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
  /// The same without the DHT, whose datagrams would cost a simulation of months more than all else: who
  /// lives is then told to the directory from outside.
  void start_without_dht();
  /// Ends the background work.
  Task<> stop();

  /// Of the disk of the shards, now and then: no more is offered, nor taken, than fits on it.
  void note_disk_free(ByteCount free);

  Task<Result<PeerReply>> handle(PeerRequest& request) override;

  const crypto::Identity& identity() const { return identity_; }
  dht::Directory& directory() { return directory_; }
  dht::Service& dht() { return dht_; }
  dht::RecordKeeper& own_record() { return own_record_; }
  holder::Registration& registration() { return registration_; }
  holder::Drain& drain() { return drain_; }
  holder::Scrubber& scrubber() { return scrubber_; }
  holder::Reporter& reporter() { return reporter_; }
  reputation::ScoreBook& scores() { return scores_; }
  agreement::Book& agreements() { return agreements_; }
  agreement::OwnerService& agreements_as_owner() { return agreements_as_owner_; }
  audit::Log& audits() { return audits_; }
  audit::Auditor& auditor() { return auditor_; }
  reputation::Standing& standing() { return standing_; }
  repair::Service& repairs() { return repairs_; }
  payment::Payments& payments() { return payments_; }
  files::Context& files() { return files_; }
  files::Catalog& catalog() { return catalog_; }
  files::StoreService& store() { return store_; }
  files::RetrieveService& retrieve() { return retrieve_; }
  files::Cleaner& cleaner() { return cleaner_; }
  events::EventLog& events() { return events_; }

 private:
  std::optional<placement::Location> own_location() const;
  std::vector<reputation::Sighting> look_for_holders() const;
  agreement::OwnerPorts owner_ports();
  agreement::HolderPorts holder_ports();
  std::optional<agreement::HolderContact> find_holder(const NodeId& node) const;
  bool has_agreement_with(const NodeId& owner, const AgreementId& id) const;
  audit::OwnerPorts auditor_ports();
  holder::Unclaimed::Hooks unclaimed_hooks();
  Task<Result<void>> drop_unclaimed(ShardKey key);
  repair::Hooks repair_hooks();
  payment::Ports payment_ports();
  wire::AuditWord audit_word(const AgreementId& agreement, WallTime start, WallTime end) const;
  Task<Result<void>> evict(NodeId owner);
  void connect_payments();
  void connect_upkeep();
  void take_verdict(const audit::Verdict& verdict);
  void take_repair_event(const repair::Event& event);
  Task<Result<void>> take_report(NodeId holder, std::vector<ShardId> shards);
  Task<Result<bool>> note_found_lost(NodeId holder, std::vector<ShardId> shards);
  Task<> take_missing(NodeId holder, std::vector<ShardId> shards, agreement::Missing why);
  Task<> end_agreement(AgreementId id);
  Task<> lose(NodeId holder, std::vector<ShardId> shards, repair::Reason reason);
  Task<Result<PeerReply>> answer(PeerRequest& request);
  void refresh_offer();
  ByteCount room_on_disk() const;
  void offer_changed();

  Ports ports_;
  const crypto::Identity& identity_;
  const EngineSettings settings_;
  async::Budget reading_memory_;
  async::Budget transfer_memory_;
  std::optional<ByteCount> disk_free_;  ///< when it was last looked at
  ByteCount used_then_;                 ///< by shards
  dht::Directory directory_;
  dht::RecordKeeper own_record_;
  reputation::PerformanceBook performance_;
  reputation::PerformanceKeeper performance_keeper_;
  reputation::ScoreBook scores_;
  reputation::ScoreKeeper score_keeper_;
  reputation::OnlineWatch online_watch_;
  dht::Service dht_;
  dht::Seeker seeker_;
  holder::Registration registration_;
  holder::Drain drain_;
  holder::LeafHashes leaf_hashes_;
  holder::ShardService shards_;
  holder::Unclaimed unclaimed_;
  holder::LostShards lost_shards_;
  holder::Scrubber scrubber_;
  holder::Reporter reporter_;
  agreement::Book agreements_;
  agreement::JoinQueue joins_;
  agreement::OwnerService agreements_as_owner_;
  agreement::HolderService agreements_as_holder_;
  payment::NoWallet no_wallet_;
  audit::Log audits_;
  audit::Prover prover_;
  audit::Auditor auditor_;
  reputation::Standing standing_;
  reputation::VerdictSender verdict_sender_;
  files::Context files_;
  files::Catalog catalog_;
  files::StoreService store_;
  files::RetrieveService retrieve_;
  files::Cleaner cleaner_;
  repair::Service repairs_;
  payment::Payments payments_;
  events::EventLog events_;
  async::TaskGroup background_;
};

}  // namespace mycostr::engine
