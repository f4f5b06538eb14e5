// Tells holders how their audits went.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <deque>
#include <functional>

#include "async/signal.hpp"
#include "crypto/identity.hpp"
#include "mycostr/transport.hpp"
#include "reputation/score_book.hpp"

namespace mycostr::reputation {

/// Beyond it the oldest are not told.
inline constexpr std::size_t kMaxVerdictsWaiting = 1000;
inline constexpr std::size_t kVerdictsAtOnce = 4;

/// One audit, as its holder is told.
struct AuditReport {
  NodeId holder = {};
  AgreementId agreement = {};
  std::uint64_t epoch = 0;
  std::uint32_t serial = 0;
  AuditOutcome outcome = AuditOutcome::unknown;
  WallTime at;
};

/// Best effort: what does not arrive is not sent again, for the next verdict says it all. Loop thread only.
/// References outlive it.
class VerdictSender {
 public:
  using AddressOf = std::function<std::optional<PeerAddress>(const NodeId&)>;
  VerdictSender(boost::asio::any_io_executor executor, Transport& transport, const crypto::Identity& identity,
                const ScoreBook& book, AddressOf address_of)
      : executor_(std::move(executor)),
        transport_(transport),
        identity_(identity),
        book_(book),
        address_of_(std::move(address_of)) {}

  /// After the book has recorded it: the verdict carries the scores as they are now. A report that still
  /// waits for the same agreement is replaced. Holders that were offline are not told.
  void send(const AuditReport& report);
  /// Until cancelled.
  Task<> run();

  std::size_t waiting() const { return queue_.size(); }

 private:
  Task<> work();
  Task<> tell(wire::Verdict verdict);

  boost::asio::any_io_executor executor_;
  Transport& transport_;
  const crypto::Identity& identity_;
  const ScoreBook& book_;
  const AddressOf address_of_;
  std::deque<wire::Verdict> queue_;
  async::Signal added_;
};

}  // namespace mycostr::reputation
