// Which statements an owner owes its holder: pure.
#pragma once

#include <optional>
#include <vector>

#include "agreement/agreement.hpp"
#include "payment/statement_rules.hpp"

namespace mycostr::payment {

/// The statements of one agreement that are not agreed on yet, by their ends.
struct OpenStatements {
  std::vector<WallTime> ends;  ///< one after the other; up to wire::kMaxStatementsPerCall
  bool has_last = false;       ///< the last of them is the agreement's
  /// The holder's figures, where it disputed the first of them.
  std::optional<wire::OwnFigures> dispute = {};
};

/// Whether an agreement is over for its owner: its last statement is due.
bool is_over(const agreement::Agreement& agreement);

/// The newest boundary of an epoch, at or before `now`.
WallTime epoch_start(WallTime now, std::chrono::milliseconds period);

/// A statement is for so many epochs at most: what an owner that was away for long owes is paid in parts.
inline constexpr int kMostEpochs = 24;

/// Brings `open` up to `now`: an epoch that has ended is one statement more (so are those that an owner was
/// away for, and the next look adds the next ones), and so is the end of the
/// agreement. `agreed_end`: of the last statement agreed on, or `since`. True where there is a new one.
bool close_epochs(OpenStatements& open, const agreement::Agreement& agreement, WallTime agreed_end,
                  WallTime now, std::chrono::milliseconds period);

}  // namespace mycostr::payment
