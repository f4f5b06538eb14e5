// An auditor and a prover with a line between them, each on a disk of its own.
#pragma once

#include <gtest/gtest.h>

#include "audit/auditor.hpp"
#include "audit/prover.hpp"
#include "holder/leaf_hashes.hpp"
#include "support/inline_pool.hpp"
#include "support/local_request.hpp"
#include "support/memory_meta_store.hpp"
#include "support/sim_chunk_store.hpp"
#include "support/started.hpp"
#include "support/virtual_clock.hpp"
#include "unit/audit/reads.hpp"
#include "unit/audit/vault.hpp"

namespace mycostr::audit {

class Parties : private Transport {
 public:
  explicit Parties(const std::vector<std::uint32_t>& shard_sizes, Settings chosen = {});
  ~Parties() override;

  void agree_at_owner(const Vault& next);
  /// Who keeps the new shards too.
  void agree_at_holder(const Vault& next);
  /// What is in memory goes.
  void restart_owner();
  void restart_holder();
  void pass(Duration time) { clock.run_for(time); }
  /// Asks the holder as the owner's auditor would.
  Result<Bytes> ask(const Bytes& challenge) { return ask_as(vault.owner, challenge); }
  Result<Bytes> ask_as(const crypto::Identity& from, const Bytes& challenge);
  /// A challenge of this time's epoch, by the owner.
  wire::Challenge challenge(std::uint32_t serial = 0, std::uint32_t count = 32) const;
  Bytes signed_by_owner(const wire::Challenge& challenge) const {
    return wire::encode_challenge(challenge, vault.owner);
  }
  std::uint64_t epoch() const { return epoch_at(clock.wall_now(), settings.period); }
  std::vector<Outcome> outcomes() const;

  boost::asio::io_context loop;
  test::VirtualClock clock{loop};
  test::InlinePool pool{loop};
  test::SeededRandom random{1};
  test::Trace trace;
  test::Power power;
  test::MemoryMetaStore owner_meta;
  test::MemoryMetaStore holder_meta;
  test::SimChunkStore disk;
  Reads chunks{disk};
  Vault vault;
  const Settings settings;
  std::vector<Verdict> verdicts;
  std::vector<ShardId> bad_shards;
  std::vector<Bytes> asked;  ///< challenges that went out
  bool answers_datagrams = false;
  bool is_changing = false;                    ///< the agreement, as far as the owner knows
  std::optional<Errc> line;                    ///< every call ends so; a timeout after its time
  std::move_only_function<void()> before_ask;  ///< called as a challenge arrives

  struct Owner {
    explicit Owner(Parties& parties);
    agreement::Book book;
    Log log;
    Auditor auditor;
  };
  struct Holder {
    explicit Holder(Parties& parties);
    agreement::Book book;
    holder::LeafHashes leaf_hashes;
    Log log;
    Prover prover;
  };
  std::unique_ptr<Owner> owner;
  std::unique_ptr<Holder> holder;
  std::unique_ptr<test::Started> auditing;

 private:
  Task<Result<PeerReply>> call(PeerAddress to, PeerCall call, CallLimits limits) override;
  void serve(PeerHandler&) override {}
  std::size_t connection_count() const override { return 0; }
  Task<Result<Bytes>> answer(const crypto::Identity& from, Bytes challenge);
  void agree_at(agreement::Book& book, test::MemoryMetaStore& meta, agreement::Role role, const Vault& next);
  void start_owner();
  void stop_owner();
};

}  // namespace mycostr::audit
