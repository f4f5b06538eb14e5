// A payment as one of its sides keeps it: the owner's way of settling what it owes, or a holder's invoice for
// it. One record for each settlement, however many attempts it takes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "payment/settlement.hpp"

namespace mycostr::payment {

enum class Direction : std::uint8_t { out, in };
/// "out", "in"
std::string_view direction_name(Direction direction);

enum class PaymentState : std::uint8_t {
  pending,    ///< an intent, or an invoice that is not under way
  in_flight,  ///< out: may arrive, as far as is known here
  settled,
  failed  ///< an attempt is over, and the next one has not begun: still owed
};
/// "pending", "in_flight", "settled", "failed"
std::string_view state_name(PaymentState state);

/// An attempt that was given up, though its outcome was not known then (owner), or whose invoice was
/// cancelled (holder).
struct Abandoned {
  std::uint32_t attempt = 0;
  PaymentHash hash;
  WallTime at;
  Bytes word;  ///< the holder's (Signed wire::InvoiceCancelled); empty: none was to be had
  bool operator==(const Abandoned&) const = default;
};

/// Attempts given up in one payment; beyond it a person has to look.
inline constexpr std::size_t kMaxAbandoned = 16;
inline constexpr std::size_t kMaxProblem = 300;

struct Payment {
  PaymentId id;
  WallTime created;  ///< with the id the key of its row
  Direction direction = Direction::out;
  Settlement settlement = {};
  PaymentState state = PaymentState::pending;
  std::uint32_t attempt = 0;          ///< 0, 1, ...: of the invoice below
  std::uint32_t sends = 0;            ///< out: how often the wallet was told to pay, in all attempts
  PaymentHash hash = {};              ///< zero: no invoice yet
  std::string invoice = {};           ///< BOLT 11
  WallTime expires = {};              ///< the invoice
  std::optional<WallTime> sent = {};  ///< out: last, in this attempt
  std::uint32_t sent_height = 0;      ///< of the chain, then
  std::optional<Preimage> preimage = {};
  Msat fee = {};              ///< out: paid; while in flight: at most
  std::uint64_t channel = 0;  ///< it left or came by; 0: not known
  WallTime changed = {};
  std::optional<WallTime> settled_at = {};
  std::string problem = {};  ///< what is in the way: a word, ": ", and for people why; or empty
  std::vector<Abandoned> abandoned = {};

  bool has_invoice() const { return !invoice.empty(); }
  bool operator==(const Payment&) const = default;
};

std::string encode_row(const Payment& payment);
/// Errors: corrupt.
Result<Payment> decode_row(const PaymentId& id, WallTime created, std::string_view row);

/// What others have said, made fit to be shown: printable ASCII, at most kMaxProblem of it.
std::string printable(std::string_view text);

/// Whether this is the preimage of that payment.
bool opens(const Preimage& preimage, const PaymentHash& hash);

}  // namespace mycostr::payment
