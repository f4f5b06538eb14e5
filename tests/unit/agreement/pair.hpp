// An owner and a holder that agree over a line between them, each with its disk, both restarted at will.
#pragma once

#include <gtest/gtest.h>

#include "agreement/holder_service.hpp"
#include "agreement/owner_service.hpp"
#include "async/task_group.hpp"
#include "support/inline_pool.hpp"
#include "support/local_request.hpp"
#include "support/memory_meta_store.hpp"
#include "support/seeded_random.hpp"
#include "support/sim_chunk_store.hpp"
#include "support/virtual_clock.hpp"

namespace mycostr::agreement {

/// What becomes of the next calls.
enum class Line { good, dead, loses_answers, stalls };

class Pair : private Transport {
 public:
  explicit Pair(std::uint64_t seed);
  ~Pair() override;

  /// What is in memory goes, what is on disk stays.
  void restart_owner();
  void restart_holder();

  /// A shard that the holder keeps and has given a receipt for.
  wire::ShardEntry stored_shard();
  /// It waits to join; in the holder's store or not.
  void queue(const wire::ShardEntry& shard) { queue_at(holder_identity.id(), shard); }
  void queue_at(const NodeId& holder, const wire::ShardEntry& shard);
  Result<void> leave(std::vector<ShardId> shards);
  void pass(Duration time) { clock.run_for(time); }

  const Agreement* at_owner() { return owner->book.with(Role::owner, holder_identity.id()); }
  const Agreement* at_holder() { return holder->book.with(Role::holder, owner_identity.id()); }
  /// Both sides have the same signed revision, and rows that are what it says: these shards.
  void expect_agreed(const std::set<ShardId>& shards);
  /// Calls the holder as the owner would, or as `from` would.
  Result<PeerReply> send(const char* operation, Bytes message);
  Result<PeerReply> send_as(const crypto::Identity& from, const char* operation, Bytes message);
  std::size_t rows_of(const test::MemoryMetaStore& meta, std::string_view prefix) const;

  boost::asio::io_context loop;
  test::VirtualClock clock{loop};
  test::InlinePool pool{loop};
  test::SeededRandom random;
  test::Trace trace;
  test::Power power;
  test::MemoryMetaStore owner_meta;
  test::MemoryMetaStore holder_meta;
  test::MemoryMetaStore other_meta;
  test::SimChunkStore chunks;
  const crypto::Identity owner_identity;
  const crypto::Identity holder_identity;
  const crypto::Identity other_identity;
  Line line = Line::good;
  bool holder_is_known = true;
  bool is_asked = false;                           ///< by an audit, the holder
  Missing why_missing = Missing::as_before;        ///< the last of them
  bool owes_answer = false;                        ///< the holder, to an audit
  std::optional<std::uint64_t> asked_price = 100;  ///< by the holder
  std::optional<std::uint64_t> other_price = 100;
  std::uint64_t most_price = 1000;  ///< that the owner signs
  std::uint64_t told_price = 100;   ///< in its record
  std::vector<ShardId> missing;     ///< what on_missing said
  int denials = 0;                  ///< by the holder, that the owner was told of
  std::vector<std::string> calls;   ///< operations that went out
  /// What the holder answers instead of the truth; nothing: the truth.
  std::function<std::optional<Result<PeerReply>>(const PeerCall&)> lie;
  struct OwnerLife {
    explicit OwnerLife(Pair& pair);
    Book book;
    JoinQueue joins;
    OwnerService service;
    async::TaskGroup tasks;
  };
  struct HolderLife {
    HolderLife(Pair& pair, test::MemoryMetaStore& meta, const crypto::Identity& identity,
               std::optional<std::uint64_t>& price);
    Book book;
    HolderService service;
    async::TaskGroup tasks;
  };
  std::unique_ptr<OwnerLife> owner;
  std::unique_ptr<HolderLife> holder;
  std::unique_ptr<HolderLife> other;  ///< a second holder, which is always there

 private:
  Task<Result<PeerReply>> call(PeerAddress to, PeerCall call, CallLimits limits) override;
  void serve(PeerHandler&) override {}
  std::size_t connection_count() const override { return 0; }
  void start_owner();
  void start_holder();
  Task<Result<PeerReply>> answer(HolderService& service, const crypto::Identity& from, PeerCall call);
  OwnerPorts owner_ports();
  std::set<ShardId> set_on(test::MemoryMetaStore& meta, const Agreement& agreement);
};

}  // namespace mycostr::agreement
