// Once per rebalance.period: fills up channels, or says what it would do (rebalance.mode).
#pragma once

#include "mycostr/clock.hpp"
#include "mycostr/random.hpp"
#include "payment/payment_book.hpp"
#include "payment/rebalance_plan.hpp"

namespace mycostr::payment {

struct RebalanceRun {
  WallTime at;
  bool is_dry = true;
  std::vector<RebalanceMove> moves = {};
  std::vector<RebalanceSkip> skipped = {};
  /// Fees of the last day, of earlier runs too; the highest possible where they are not known yet.
  std::vector<std::pair<WallTime, Msat>> fees = {};
  bool operator==(const RebalanceRun&) const = default;
};
std::string encode_row(const RebalanceRun& run);
/// Errors: corrupt.
Result<RebalanceRun> decode_rebalance_row(std::string_view row);

/// Outlive the rebalancer; loop thread only.
struct RebalancePorts {
  Clock& clock;
  Random& random;
  MetaStore& meta;
  Wallet& wallet;
};

/// Loop thread only. References outlive it. The last run is in row cr/last, synced before anything is sent: a
/// payment whose outcome is not known is tracked, and never sent again.
class Rebalancer {
 public:
  Rebalancer(RebalancePorts ports, PaymentBook& book, Settings settings)
      : ports_(ports), book_(book), settings_(settings) {}

  /// Once, before run(). Errors: io.
  Task<Result<void>> open();
  /// Until cancelled. Without a wallet it does nothing.
  Task<> run();

  /// Nothing before the first.
  const std::optional<RebalanceRun>& last() const { return last_; }
  /// When the next one is due.
  WallTime next() const;

 private:
  /// Errors: those of the wallet, io.
  Task<Result<void>> pass();
  Task<Result<std::vector<ChannelFlow>>> flows();
  /// The outcome of what is under way, where there is one by now.
  Task<Result<void>> settle_moves();
  Task<Result<void>> carry_out(std::size_t move);
  void note(RebalanceMove& move, const PaymentStatus& status);
  Task<Result<void>> save();

  const RebalancePorts ports_;
  PaymentBook& book_;
  const Settings settings_;
  std::optional<RebalanceRun> last_;
};

}  // namespace mycostr::payment
