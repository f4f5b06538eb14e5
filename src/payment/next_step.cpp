#include "payment/next_step.hpp"

namespace mycostr::payment {
namespace {

using State = PaymentStatus::State;

/// A stuck payment without a word waits for its invoice to expire: no holder may set that far ahead.
constexpr auto kLongestExpiry = std::chrono::hours(25);

bool may_send(const Payment& payment, WallTime now) {
  return payment.expires > now;
}

/// The wallet says that nothing is under way: never was, or failed.
Step after_nothing(const Payment& payment, const Known& known, WallTime now) {
  // A wallet that knows nothing of it may have lost its records: the holder knows whether it arrived.
  const bool may_have_arrived = known.status && known.status->state == State::unknown && !known.was_refused;
  if (!known.has_word && !may_send(payment, now) && may_have_arrived) return Step::ask_cancel;
  if (known.has_word || !may_send(payment, now)) return Step::next_attempt;
  const bool is_refused_there =
      known.status && known.status->failure == PaymentFailure::incorrect_details && !known.was_refused;
  return is_refused_there ? Step::ask_cancel : Step::send;
}

/// No part of it can be on its way any more, by the chain alone.
bool is_past_timelock(const Payment& payment, const Known& known, WallTime now) {
  const auto locked_until =
      known.status->expiry_height != 0 ? known.status->expiry_height : payment.sent_height + kLongestTimelock;
  return !may_send(payment, now) && known.channels->all_active &&
         known.height > locked_until + kTimelockMargin;
}

}  // namespace

bool is_stuck(const Payment& payment, const Known& known, WallTime now, const Settings& settings) {
  return payment.sent && known.status && known.status->state == State::in_flight &&
         (known.has_word || now - *payment.sent >= settings.stuck_after ||
          *payment.sent > now);  // by a clock that was ahead: asking does no harm
}

Step next_step(const Payment& payment, const Known& known, WallTime now, const Settings& settings) {
  if (known.wallet != WalletState::ready) return Step::wait;
  if (!payment.has_invoice()) return Step::ask_invoice;
  if (!payment.sent) return may_send(payment, now) ? Step::send : Step::next_attempt;
  if (known.status->state == State::succeeded) return Step::settle;
  if (known.status->state != State::in_flight) return after_nothing(payment, known, now);
  if (!is_stuck(payment, known, now, settings)) return Step::wait;
  const bool can_give_up = payment.abandoned.size() < kMaxAbandoned && !known.channels->lists_hash;
  if (known.has_word) return can_give_up ? Step::next_attempt : Step::wait;
  if (!known.was_refused) return Step::ask_cancel;
  return can_give_up && is_past_timelock(payment, known, now) ? Step::next_attempt : Step::wait;
}

Result<void> check_invoice(const DecodedInvoice& invoice, const LightningKey& wallet,
                           const Settlement& settlement, WallTime now) {
  if (invoice.payee != wallet) return fail(Errc::invalid, "the invoice is another wallet's");
  if (invoice.amount != settlement.amount) {
    return fail(Errc::invalid, "the invoice is for " + std::to_string(invoice.amount.value) + " msat, not " +
                                   std::to_string(settlement.amount.value));
  }
  if (invoice.description_hash != settlement.digest)
    return fail(Errc::invalid, "the invoice is not for this settlement");
  if (invoice.expires <= now) return fail(Errc::invalid, "the invoice has expired");
  if (invoice.expires > now + kLongestExpiry)
    return fail(Errc::invalid, "the invoice is good for more than a day");
  return {};
}

}  // namespace mycostr::payment
