// What a holder does about an owner that does not pay, and when: pure.
#pragma once

#include "agreement/agreement.hpp"
#include "payment/ledger.hpp"
#include "payment/payable_time.hpp"

namespace mycostr::payment {

/// Since when an owner owes something by this agreement: the end of the oldest statement that is not settled,
/// where it all comes to kLeastPayment; or the end of the last statement agreed on, where the agreement costs
/// something and goes on or lacks its last statement, for then the next one is missing. `account`: null
/// before the first statement, and then `kept_since`: when the first shards joined.
std::optional<WallTime> unpaid_since(const agreement::Agreement& agreement, const Account* account,
                                     std::optional<WallTime> kept_since);
/// Of an agreement that is not known any more.
std::optional<WallTime> unpaid_since(const Account& account);

/// How an owner stands whose oldest is from then: due after payments.max_age, stopped after payments.grace
/// more, and deleted after as much again. Only time in which it could have paid counts.
wire::Standing standing_of(std::optional<WallTime> unpaid_since, const PayableTime& payable,
                           const Settings& settings, WallTime now);

}  // namespace mycostr::payment
