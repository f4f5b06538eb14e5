// links: payment
#include "fuzz/entry.hpp"
#include "payment/channel_plan.hpp"
#include "payment/payment_book.hpp"
#include "payment/rebalancer.hpp"

namespace mycostr::fuzz {

/// The first byte says of which kind the row is.
void take(ByteView input) {
  if (input.empty()) return;
  const auto row = as_text(input.subspan(1));
  const auto same = [](const auto& first, const auto& second) { check(second && *second == first); };
  switch (input.front() % 5) {
    case 0:
      if (const auto payment = payment::decode_row(payment::PaymentId(), WallTime(), row))
        same(*payment, payment::decode_row(payment->id, payment->created, payment::encode_row(*payment)));
      return;
    case 1:
      if (const auto totals = payment::decode_totals_row(row))
        same(*totals, payment::decode_totals_row(payment::encode_totals_row(*totals)));
      return;
    case 2:
      if (const auto wallet = payment::decode_peer_wallet_row(row))
        same(*wallet, payment::decode_peer_wallet_row(payment::encode_row(*wallet)));
      return;
    case 3:
      if (const auto intent = payment::decode_intent_row(LightningKey(), row))
        same(*intent, payment::decode_intent_row(intent->key, payment::encode_row(*intent)));
      return;
    default:
      if (const auto run = payment::decode_rebalance_row(row))
        same(*run, payment::decode_rebalance_row(payment::encode_row(*run)));
      return;
  }
}

}  // namespace mycostr::fuzz
