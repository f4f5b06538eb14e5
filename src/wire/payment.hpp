// Messages by which an owner pays a holder. Decoding checks every length and count. Errors of all decoders:
// invalid.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "wire/statement.hpp"

namespace mycostr::wire {

namespace operations {
/// AskInvoice; InvoiceReply.
inline constexpr const char* kAskInvoice = "payments/invoice";
/// TellPaid; nothing.
inline constexpr const char* kTellPaid = "payments/paid";
/// CancelInvoice; CancelReply.
inline constexpr const char* kCancelInvoice = "payments/cancel";
}  // namespace operations

inline constexpr std::string_view kInvoiceCancelledPurpose = "mycostr/invoice-cancelled/1";

/// Attempts at one settlement go no higher.
inline constexpr std::uint32_t kMaxAttempts = 1'000'000;
inline constexpr std::size_t kMaxInvoiceSize = 4096;
inline constexpr std::size_t kMaxWalletAddresses = 8;
inline constexpr std::size_t kMaxWalletAddressSize = 262;

/// "payments/invoice": the owner asks for an invoice for one settlement.
struct AskInvoice {
  AgreementId agreement;
  std::uint64_t settlement = 0;  ///< its number, from 1 on
  std::uint64_t last = 0;        ///< statement, from 1 on
  Msat amount;                   ///< > 0
  Digest digest;
  std::uint32_t attempt = 0;  ///< 0, 1, ..., up to kMaxAttempts
  bool operator==(const AskInvoice&) const = default;
};
Bytes encode(const AskInvoice& message);
Result<AskInvoice> decode_ask_invoice(ByteView bytes);

struct InvoiceReply {
  std::string invoice;                 ///< BOLT 11; 1 to kMaxInvoiceSize bytes of a-z 0-9
  LightningKey wallet;                 ///< the payee
  std::vector<std::string> addresses;  ///< "host:port" of the wallet's node; up to kMaxWalletAddresses
  Standing standing;
  bool operator==(const InvoiceReply&) const = default;
};
Bytes encode(const InvoiceReply& message);
Result<InvoiceReply> decode_invoice_reply(ByteView bytes);

/// "payments/paid": the owner has paid, and shows the preimage.
struct TellPaid {
  AgreementId agreement;
  std::uint64_t settlement = 0;
  PaymentHash hash;
  Preimage preimage;
  bool operator==(const TellPaid&) const = default;
};
Bytes encode(const TellPaid& message);
Result<TellPaid> decode_tell_paid(ByteView bytes);

/// "payments/cancel": the owner asks that nobody can pay this invoice any more.
struct CancelInvoice {
  AgreementId agreement;
  std::uint64_t settlement = 0;
  std::uint32_t attempt = 0;
  PaymentHash hash;
  bool operator==(const CancelInvoice&) const = default;
};
Bytes encode(const CancelInvoice& message);
Result<CancelInvoice> decode_cancel_invoice(ByteView bytes);

/// A holder's word, for good, that an invoice is not paid and never will be.
struct InvoiceCancelled {
  AgreementId agreement;
  std::uint64_t settlement = 0;
  std::uint32_t attempt = 0;
  PaymentHash hash;
  WallTime at;
  bool operator==(const InvoiceCancelled&) const = default;
};
/// An encoded Signed.
Bytes encode_invoice_cancelled(const InvoiceCancelled& word, const crypto::Identity& holder);
/// Checks form and signature.
Result<InvoiceCancelled> decode_invoice_cancelled(ByteView bytes, const PublicKey& holder_key);

/// The encoded Signed InvoiceCancelled; or the preimage, where it is paid after all.
using CancelReply = std::variant<Bytes, Preimage>;
Bytes encode(const CancelReply& message);
/// The word's signature is not checked.
Result<CancelReply> decode_cancel_reply(ByteView bytes);

}  // namespace mycostr::wire
