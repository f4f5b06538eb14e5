// Inside of payment only: what an owner says to a holder about a payment.
#pragma once

#include <functional>

#include "mycostr/transport.hpp"
#include "payment/record.hpp"
#include "wire/payment.hpp"

namespace mycostr::payment {

/// Loop thread only. References outlive it. Errors of all calls: those of Transport::call, unreachable where
/// no address is known, invalid where the answer is none.
class HolderLine {
 public:
  using AddressOf = std::function<std::optional<PeerAddress>(const NodeId&)>;
  HolderLine(Transport& transport, AddressOf address_of)
      : transport_(transport), address_of_(std::move(address_of)) {}

  /// Errors: exists (this attempt is over there: ask for the next one), conflict (other figures, or an
  /// earlier attempt that may still be paid, or was).
  Task<Result<wire::InvoiceReply>> ask_invoice(Payment payment);
  Task<Result<void>> tell_paid(Payment payment);

  /// One of them.
  struct Cancelled {
    std::optional<Bytes> word;         ///< checked: the holder's, of this hash
    std::optional<Preimage> preimage;  ///< checked: it is paid after all
  };
  Task<Result<Cancelled>> ask_cancel(Payment payment, std::uint32_t attempt, PaymentHash hash);

 private:
  Task<Result<PeerReply>> call(NodeId to, const char* operation, Bytes message);

  Transport& transport_;
  const AddressOf address_of_;
};

}  // namespace mycostr::payment
