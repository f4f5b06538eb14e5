// This node as payee: invoices.
#include <openssl/sha.h>

#include "lightning/lnd_wallet.hpp"
#include "lightning/unary.hpp"
#include "lightning/wall_time.hpp"
#include "lnd/invoices.grpc.pb.h"
#include "lnd/lightning.grpc.pb.h"

namespace mycostr::lightning {

namespace {

/// The least that lnd takes. From this many blocks after a payment arrived it cannot be in flight any more,
/// so the fewer the better for a payer who waits for a stuck one.
constexpr std::uint64_t kFinalBlocks = 24;

PaymentHash hash_of(const Preimage& preimage) {
  PaymentHash hash;
  SHA256(preimage.bytes.data(), preimage.bytes.size(), hash.bytes.data());
  return hash;
}

Invoice::State to_state(lnrpc::Invoice::InvoiceState state) {
  switch (state) {
    case lnrpc::Invoice::SETTLED:
      return Invoice::State::settled;
    case lnrpc::Invoice::CANCELED:
      return Invoice::State::cancelled;
    case lnrpc::Invoice::ACCEPTED:
      return Invoice::State::accepted;
    default:
      return Invoice::State::open;
  }
}

Result<Invoice> to_invoice(const lnrpc::Invoice& from) {
  const auto hash = PaymentHash::from(as_bytes(from.r_hash()));
  if (!hash || from.value_msat() < 0 || from.amt_paid_msat() < 0) {
    return fail(Errc::internal, "lnd: an invoice that cannot be");
  }
  Invoice out{.hash = *hash,
              .request = from.payment_request(),
              .amount = {from.value_msat()},
              .expires = from_unix_seconds(from.creation_date(), from.expiry()),
              .state = to_state(from.state()),
              .paid = {},
              .settled_at = {}};
  if (out.state != Invoice::State::settled) return out;
  out.paid = {from.amt_paid_msat()};
  out.settled_at = from_unix_seconds(from.settle_date());
  for (const auto& htlc : from.htlcs()) {
    if (htlc.state() == lnrpc::InvoiceHTLC::SETTLED && out.channel == 0) out.channel = htlc.chan_id();
  }
  return out;
}

}  // namespace

Task<Result<Invoice>> LndWallet::add_invoice(NewInvoice invoice) {
  const Link::Use use(link_);
  if (invoice.amount.value <= 0 || invoice.expiry <= std::chrono::seconds(0)) {
    co_return fail(Errc::invalid, "an invoice for nothing, or for no time");
  }
  lnrpc::Invoice request;
  request.set_r_preimage(std::string(invoice.preimage.text()));
  request.set_value_msat(invoice.amount.value);
  request.set_description_hash(std::string(invoice.description_hash.text()));
  request.set_expiry(invoice.expiry.count());
  request.set_cltv_expiry(kFinalBlocks);
  request.set_private_(true);  // says how to find this node by channels that are not announced
  const auto added = co_await unary<lnrpc::Lightning>(link_, &lnrpc::Lightning::Stub::async::AddInvoice,
                                                      std::move(request), Errc::invalid);
  if (!added && added.error().code != Errc::exists) co_return std::unexpected(added.error());
  // What stands in the invoice is lnd's to say, whether it is new or was there already.
  auto found = co_await find_invoice(hash_of(invoice.preimage));
  if (found && found->amount != invoice.amount) {
    co_return fail(Errc::exists, "an invoice with this preimage asks for another amount");
  }
  co_return found;
}

Task<Result<Invoice>> LndWallet::find_invoice(PaymentHash hash) {
  const Link::Use use(link_);
  lnrpc::PaymentHash request;
  request.set_r_hash(std::string(hash.text()));
  const auto found = co_await unary<lnrpc::Lightning>(link_, &lnrpc::Lightning::Stub::async::LookupInvoice,
                                                      std::move(request));
  if (!found) co_return std::unexpected(found.error());
  co_return to_invoice(*found);
}

Task<Result<void>> LndWallet::cancel_invoice(PaymentHash hash) {
  const Link::Use use(link_);
  invoicesrpc::CancelInvoiceMsg request;
  request.set_payment_hash(std::string(hash.text()));
  const auto cancelled = co_await unary<invoicesrpc::Invoices>(
      link_, &invoicesrpc::Invoices::Stub::async::CancelInvoice, std::move(request));
  if (!cancelled) co_return std::unexpected(cancelled.error());
  co_return Result<void>();
}

}  // namespace mycostr::lightning
