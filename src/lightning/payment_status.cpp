#include "lightning/payment_status.hpp"

#include <algorithm>

#include "lnd/lightning.pb.h"

namespace mycostr::lightning {

namespace {

PaymentFailure to_failure(lnrpc::PaymentFailureReason reason) {
  switch (reason) {
    case lnrpc::FAILURE_REASON_TIMEOUT:
      return PaymentFailure::timeout;
    case lnrpc::FAILURE_REASON_NO_ROUTE:
      return PaymentFailure::no_route;
    case lnrpc::FAILURE_REASON_INCORRECT_PAYMENT_DETAILS:
      return PaymentFailure::incorrect_details;
    case lnrpc::FAILURE_REASON_INSUFFICIENT_BALANCE:
      return PaymentFailure::insufficient_balance;
    default:
      return PaymentFailure::other;
  }
}

/// Of the first attempt in this state; 0: none.
std::uint64_t first_channel(const lnrpc::Payment& payment, lnrpc::HTLCAttempt::HTLCStatus status) {
  for (const auto& attempt : payment.htlcs()) {
    if (attempt.status() == status && attempt.route().hops_size() > 0)
      return attempt.route().hops(0).chan_id();
  }
  return 0;
}

/// What it costs if all that is in flight arrives.
Msat fees_in_flight(const lnrpc::Payment& payment) {
  Msat out;
  for (const auto& attempt : payment.htlcs()) {
    if (attempt.status() == lnrpc::HTLCAttempt::IN_FLIGHT) out.value += attempt.route().total_fees_msat();
  }
  return out;
}

std::uint32_t last_expiry(const lnrpc::Payment& payment) {
  std::uint32_t last = 0;
  for (const auto& attempt : payment.htlcs()) {
    if (attempt.status() == lnrpc::HTLCAttempt::IN_FLIGHT) {
      last = std::max(last, attempt.route().total_time_lock());
    }
  }
  return last;
}

}  // namespace

Result<PaymentStatus> to_payment_status(const lnrpc::Payment& payment) {
  PaymentStatus out;
  switch (payment.status()) {
    case lnrpc::Payment::SUCCEEDED:
      out.state = PaymentStatus::State::succeeded;
      out.preimage = Preimage::from_hex(payment.payment_preimage());
      if (!out.preimage) return fail(Errc::internal, "lnd: a payment succeeded without a preimage");
      out.fee = {payment.fee_msat()};
      out.channel = first_channel(payment, lnrpc::HTLCAttempt::SUCCEEDED);
      return out;
    case lnrpc::Payment::FAILED:
      out.state = PaymentStatus::State::failed;
      out.failure = to_failure(payment.failure_reason());
      return out;
    default:
      // INITIATED too: it is on its way out.
      out.state = PaymentStatus::State::in_flight;
      out.channel = first_channel(payment, lnrpc::HTLCAttempt::IN_FLIGHT);
      out.expiry_height = last_expiry(payment);
      // The payee may show the preimage before this wallet knows that it is paid.
      out.fee = fees_in_flight(payment);
      return out;
  }
}

}  // namespace mycostr::lightning
