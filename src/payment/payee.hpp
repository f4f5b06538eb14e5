// The holder's side of being paid: makes invoices, sees that they were paid, cancels them on request
// (docs/channels.md).
//
// For one settlement there is never more than one invoice that can be paid. What this node says of a
// cancelled invoice it says for good, after its wallet has cancelled it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <map>
#include <set>

#include "agreement/book.hpp"
#include "async/signal.hpp"
#include "crypto/identity.hpp"
#include "mycostr/clock.hpp"
#include "mycostr/random.hpp"
#include "mycostr/transport.hpp"
#include "mycostr/wallet.hpp"
#include "payment/ledger.hpp"
#include "payment/payment_book.hpp"
#include "wire/payment.hpp"

namespace mycostr::payment {

/// Outlive the payee; loop thread only.
struct PayeePorts {
  Clock& clock;
  Random& random;
  Wallet& wallet;
  const crypto::Identity& identity;
};

/// The preimage of an invoice, which nobody can know who has not been told: made anew from the node's seed.
/// HKDF-SHA256(seed, info = "mycostr/preimage/1" || agreement || settlement (8) || attempt (4))
Preimage preimage_of(const crypto::Identity& identity, const AgreementId& agreement, std::uint64_t settlement,
                     std::uint32_t attempt);
PaymentHash hash_of(const Preimage& preimage);

/// Loop thread only. References outlive it.
class Payee {
 public:
  Payee(PayeePorts ports, const agreement::Book& agreements, Ledger& ledger, PaymentBook& book,
        Settings settings)
      : ports_(ports), agreements_(agreements), ledger_(ledger), book_(book), settings_(settings) {}

  /// What owners are told with each invoice.
  std::function<wire::Standing(const AgreementId&)> standing;

  /// Operation "payments/invoice". Errors: invalid, not_found (no such agreement), forbidden; conflict (other
  /// figures here, or another attempt that can be paid, or was); exists (this attempt is over: the next
  /// one); overloaded; unreachable (this node's wallet cannot be reached); io.
  Task<Result<PeerReply>> handle_invoice(PeerRequest& request);
  /// Operation "payments/paid". Errors: invalid, not_found, forbidden, overloaded, unreachable, io; conflict
  /// (this node's wallet says that it is not paid).
  Task<Result<PeerReply>> handle_paid(PeerRequest& request);
  /// Operation "payments/cancel". Errors: invalid, not_found (no such invoice), forbidden, overloaded,
  /// unreachable, io.
  Task<Result<PeerReply>> handle_cancel(PeerRequest& request);

  /// Looks at what may have been paid, as the wallet hints and now and then. Until cancelled. Takes
  /// Wallet::on_settled meanwhile.
  Task<> run();

 private:
  /// One agreement's turn.
  class InWork {
   public:
    InWork(std::set<AgreementId>& in_work, const AgreementId& id)
        : in_work_(in_work), id_(id), is_first_(in_work.insert(id).second) {}
    ~InWork() {
      if (is_first_) in_work_.erase(id_);
    }
    InWork(const InWork&) = delete;
    InWork& operator=(const InWork&) = delete;
    bool is_first() const { return is_first_; }

   private:
    std::set<AgreementId>& in_work_;
    const AgreementId id_;
    const bool is_first_;
  };
  using Key = PaymentBook::Key;

  Result<void> check(const AgreementId& id, const NodeId& owner) const;
  /// Whether the attempt's invoice can be paid no more; a payment that was made is marked settled on the way.
  Task<Result<bool>> is_over(Payment& payment);
  Task<Result<PeerReply>> answer_invoice(wire::AskInvoice ask);
  Task<Result<PeerReply>> answer_known(wire::AskInvoice ask, Payment payment);
  /// An invoice for the settlement as this node finds it, where that is what the owner says.
  Task<Result<PeerReply>> issue(wire::AskInvoice ask, std::optional<Payment> former);
  Duration pause_after(std::uint64_t attempt) const;
  Task<Result<Settlement>> agreed_settlement(wire::AskInvoice ask);
  Task<Result<PeerReply>> reply_with(Payment payment);
  Task<Result<PeerReply>> give_word(Payment payment, wire::CancelInvoice ask);
  Task<Result<void>> settle(Payment& payment, std::uint32_t attempt, Invoice invoice);
  /// The settlement before, where it is paid and that is not known here yet.
  Task<Result<void>> catch_up(AgreementId id);

  Task<> rounds();
  Task<bool> look_at(Key key);

  const PayeePorts ports_;
  const agreement::Book& agreements_;
  Ledger& ledger_;
  PaymentBook& book_;
  const Settings settings_;
  std::set<AgreementId> in_work_;             ///< one at a time each
  std::map<AgreementId, SteadyTime> issued_;  ///< until when no further attempt is made
  std::set<Key> hinted_;
  async::Signal hints_;
};

}  // namespace mycostr::payment
