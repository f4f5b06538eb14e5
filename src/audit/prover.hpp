// The holder's side: answers owners' challenges with proofs of what it keeps.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <set>

#include "agreement/book.hpp"
#include "async/budget.hpp"
#include "audit/log.hpp"
#include "audit/proof_maker.hpp"
#include "crypto/identity.hpp"
#include "mycostr/clock.hpp"
#include "mycostr/random.hpp"
#include "mycostr/transport.hpp"

namespace mycostr::audit {

/// Outlive the prover; loop thread only.
struct HolderPorts {
  boost::asio::any_io_executor executor;
  Clock& clock;
  Random& random;
  WorkerPool& crypto_pool;
  MetaStore& meta;
  ChunkStore& chunks;
  const crypto::Identity& identity;
};

/// Loop thread only. References outlive it. A proof costs the reads of the leaves asked for and of as many
/// rows; at most kProofsAtOnce are made at the same time, each in under 1 MiB of memory.
class Prover {
 public:
  static constexpr std::uint64_t kProofsAtOnce = 16;
  static constexpr std::size_t kMaxWaiting = 256;  ///< those included
  /// How often the same challenge is answered.
  static constexpr std::uint32_t kMaxRepeats = 8;

  /// For agreement::Book::on_over: what was answered last in an agreement goes with it.
  static void forget(WriteBatch& batch, const AgreementId& agreement);

  Prover(HolderPorts ports, agreement::Book& book, holder::LeafHashes& leaf_hashes, Log& log,
         Settings settings)
      : ports_(ports),
        book_(book),
        log_(log),
        settings_(settings),
        maker_({ports.executor, ports.crypto_pool, ports.meta, ports.chunks, ports.identity.id()},
               leaf_hashes),
        slots_(kProofsAtOnce) {}

  /// A shard of an agreement is not there or not whole. The answer says so too.
  std::move_only_function<void(const NodeId& owner, const ShardId& shard)> on_bad_shard;

  /// Operation "audits/challenge": the reply's message is an encoded proof. Errors: invalid; not_found (no
  /// such agreement); forbidden (not the owner's; of an epoch that is over, to come or answered); conflict
  /// (another revision than the one here); overloaded; io.
  Task<Result<PeerReply>> handle_challenge(PeerRequest& request);

 private:
  class InWork;

  Result<agreement::Agreement> check(const PeerRequest& request,
                                     const wire::SignedChallenge& challenge) const;
  /// Notes that the challenge is answered, unless it may not be.
  Task<Result<void>> admit(wire::SignedChallenge challenge);
  Record record_of(const wire::SignedChallenge& challenge, const agreement::Agreement& agreement,
                   const wire::Proof& proof);

  const HolderPorts ports_;
  agreement::Book& book_;
  Log& log_;
  const Settings settings_;
  ProofMaker maker_;
  std::set<AgreementId> in_work_;  ///< one at a time each
  async::Budget slots_;
};

}  // namespace mycostr::audit
