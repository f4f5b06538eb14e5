// What lnd says of a payment.
#pragma once

#include "base/error.hpp"
#include "mycostr/wallet.hpp"

namespace lnrpc {
class Payment;
}

namespace mycostr::lightning {

/// Only its status decides: an update of a payment in flight may name a reason to fail too. Errors: internal
/// (it succeeded, and there is no preimage).
Result<PaymentStatus> to_payment_status(const lnrpc::Payment& payment);

}  // namespace mycostr::lightning
