// A simulated machine: an identity and a disk that stay, and the engine that runs on them from start to
// crash.
#pragma once

#include "engine/engine.hpp"
#include "support/checksum_signer.hpp"
#include "support/inline_pool.hpp"
#include "support/sim_chunk_store.hpp"
#include "support/sim_datagrams.hpp"
#include "support/sim_meta_store.hpp"
#include "support/sim_transport.hpp"
#include "support/virtual_clock.hpp"

namespace mycostr::sim {

/// What all nodes of a world share; outlives them.
struct Surroundings {
  boost::asio::io_context& loop;
  test::VirtualClock& clock;
  test::SimNetwork& network;
  test::Trace& trace;
  bool runs_dht = true;
};

/// Loop thread only. Stopped or crashed before it is destroyed.
class SimNode {
 public:
  SimNode(Surroundings around, const crypto::Identity& identity, engine::EngineSettings settings,
          std::uint64_t seed);

  /// From its next life on; outlives it.
  void use(Wallet& wallet) { wallet_ = &wallet; }
  /// Begins a life on what is on the disk.
  Task<> start();
  /// From this instant on nothing that runs here has an effect. Returns once all of it has ended.
  Task<> crash(test::Crash kind);
  /// Orderly, as on SIGTERM.
  Task<> stop();
  /// Whether users and others are served: not while it opens what is on its disk.
  bool is_up() const { return power_.is_on() && life_; }
  /// Whether a user waits for something.
  bool is_busy() const { return life_ && life_->users->size() > 0; }

  std::size_t number() const { return number_; }
  const NodeId& id() const { return identity_.id(); }
  const crypto::Identity& identity() const { return identity_; }
  const engine::EngineSettings& settings() const { return settings_; }
  const test::Power& power() const { return power_; }
  /// REQUIRES: is_up()
  engine::Engine& engine() { return *life_->engine; }
  /// Runs `task` as what a user does here: it ends with the node's life, and where that is over it does not
  /// begin. Returns once it has ended, well or not.
  Task<> as_user(Task<> task);
  test::SimMetaStore& meta() { return meta_; }
  test::SimChunkStore& chunks() { return chunks_; }
  test::SimTransport& transport() { return transport_; }
  /// Its record as others keep it on their disks before they have met.
  Bytes first_record(WallTime now) const;

 private:
  struct Life {
    test::SeededRandom random;
    std::unique_ptr<engine::Engine> engine;
    std::unique_ptr<async::TaskGroup> users;
  };
  struct Work {
    bool has_ended = false;
    async::Signal ended;
  };
  class End;

  void spread_probes();
  static Task<> do_and_tell(Task<> task, End end);

  Surroundings around_;
  const crypto::Identity& identity_;
  const crypto::Keystore keystore_;
  const engine::EngineSettings settings_;
  const std::uint64_t seed_;
  test::Power power_;
  test::InlinePool pool_;
  test::SimMetaStore meta_;
  test::SimChunkStore chunks_;
  test::SimTransport& transport_;
  test::ChecksumSigner signer_;
  Wallet* wallet_ = nullptr;
  std::size_t number_;
  std::unique_ptr<Life> life_;
};

}  // namespace mycostr::sim
