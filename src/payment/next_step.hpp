// What an owner's payment needs next: pure. This is where nothing is paid twice.
//
// A hash is the payment: a wallet pays it at most once, and may be told again as often as one likes. What is
// dangerous is a second hash for the same settlement. So there is one only when the first can be paid no
// more: its invoice is past its time and the wallet says that nothing is under way; or the holder has given
// its word that it is cancelled, and nothing is under way; or, where a payment is stuck and there is no word
// to be had, its timelocks are over and no channel carries it.
#pragma once

#include "mycostr/wallet.hpp"
#include "payment/record.hpp"

namespace mycostr::payment {

enum class Step {
  wait,
  ask_invoice,  ///< of the holder, for this attempt
  send,         ///< the invoice; again where it was sent before
  settle,       ///< it has arrived
  ask_cancel,   ///< the holder is asked for its word that the invoice is cancelled
  next_attempt  ///< this one is over; given up where the wallet says that it is in flight
};

/// What is known besides the record.
struct Known {
  WalletState wallet = WalletState::none;
  std::uint32_t height = 0;
  /// What the wallet says of the hash; nothing: not asked, for it was not sent in this attempt.
  std::optional<PaymentStatus> status = {};
  struct Channels {
    bool lists_hash = false;  ///< one carries a part of the payment
    bool all_active = false;
  };
  /// Nothing: not looked at.
  std::optional<Channels> channels = {};
  bool has_word = false;     ///< of the holder: this hash is cancelled
  bool was_refused = false;  ///< the holder was asked for its word just now, in vain
};

/// Blocks after a payment's timelock until nothing of it can arrive any more.
inline constexpr std::uint32_t kTimelockMargin = 6;
/// No wallet makes payments that are locked for more blocks.
inline constexpr std::uint32_t kLongestTimelock = 2016;

/// Whether it is in flight for so long that its way out is looked for.
bool is_stuck(const Payment& payment, const Known& known, WallTime now, const Settings& settings);
/// REQUIRES: not settled; status is known where payment.sent; channels are known where is_stuck().
Step next_step(const Payment& payment, const Known& known, WallTime now, const Settings& settings);

/// Whether an invoice is for this settlement, from this wallet. Errors: invalid, and what is wrong.
Result<void> check_invoice(const DecodedInvoice& invoice, const LightningKey& wallet,
                           const Settlement& settlement, WallTime now);

}  // namespace mycostr::payment
