// One question to one holder: the challenge, the call, and what the answer is worth.
#pragma once

#include <functional>

#include "agreement/agreement.hpp"
#include "audit/judge.hpp"
#include "audit/schedule.hpp"
#include "crypto/identity.hpp"
#include "mycostr/clock.hpp"
#include "mycostr/random.hpp"
#include "mycostr/transport.hpp"
#include "mycostr/worker_pool.hpp"

namespace mycostr::audit {

/// A challenge for one revision of an agreement.
struct Question {
  agreement::Agreement agreement;
  wire::SignedChallenge challenge;
  Bytes encoded;
  bool is_another = false;  ///< in place of one that the holder was asked, and that fits no more

  bool is_chained() const { return challenge.challenge.kind == wire::AuditKind::chained; }
  /// Whether the agreement is still what the challenge says.
  bool fits(const agreement::Agreement& now) const;
};

struct Reply {
  Answer answer = Answer::not_asked;
  bool is_busy = false;     ///< the holder may answer in a moment: it is at another revision, or at work
  bool disagrees = false;   ///< on the agreement, or its revision
  bool is_refusal = false;  ///< it says that it will not: perhaps the clocks differ
  bool is_evasion = false;  ///< it is there, owes an answer and took no call
  Judgement judgement;      ///< of an answer; else `why` says what went wrong
  Bytes proof;              ///< as it came
  Duration latency{};       ///< of the call
};

/// Loop thread only; proofs are judged on the pool. References outlive it.
class Asker {
 public:
  Asker(Clock& clock, Random& random, WorkerPool& crypto_pool, Transport& transport,
        const crypto::Identity& identity, std::function<std::optional<PeerAddress>(const NodeId&)> address_of,
        const Settings& settings)
      : clock_(clock),
        random_(random),
        crypto_pool_(crypto_pool),
        transport_(transport),
        identity_(identity),
        address_of_(std::move(address_of)),
        settings_(settings) {}

  Question make(const agreement::Agreement& agreement, std::uint64_t epoch, std::uint32_t serial,
                wire::AuditKind kind);
  /// Within the deadline, and the time to connect.
  Task<Reply> ask(const Question& question);

 private:
  CallLimits limits_for(const PeerAddress& address) const;

  Clock& clock_;
  Random& random_;
  WorkerPool& crypto_pool_;
  Transport& transport_;
  const crypto::Identity& identity_;
  const std::function<std::optional<PeerAddress>(const NodeId&)> address_of_;
  const Settings settings_;
};

}  // namespace mycostr::audit
