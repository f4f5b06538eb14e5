// Invoices of the fake network.
#include "crypto/sha256.hpp"
#include "support/fake_lnd/network.hpp"
#include "support/fake_lnd/pay_req.hpp"

namespace mycostr::test {

namespace {

constexpr std::uint64_t kMinCltv = 24;
constexpr std::int64_t kDefaultExpiry = 86'400;
constexpr std::int64_t kMaxExpiry = 365 * 86'400;

grpc::Status unknown(const std::string& text) {
  return {grpc::StatusCode::UNKNOWN, text};
}

PaymentHash hash_of(const std::string& preimage) {
  return *PaymentHash::from(crypto::sha256(as_bytes(preimage)).view());
}

}  // namespace

grpc::Status FakeNetwork::add_invoice(std::size_t n, lnrpc::Invoice invoice, lnrpc::AddInvoiceResponse& out) {
  const std::lock_guard lock(mutex_);
  if (invoice.r_preimage().size() != Preimage::kSize) return unknown("this invoice must have a preimage");
  invoice.set_r_hash(std::string(hash_of(invoice.r_preimage()).text()));
  if (auto status = register_invoice(n, invoice); !status.ok()) return status;
  out.set_r_hash(invoice.r_hash());
  out.set_payment_request(invoice.payment_request());
  out.set_add_index(invoice.add_index());
  return grpc::Status::OK;
}

grpc::Status FakeNetwork::add_hold_invoice(std::size_t n, const invoicesrpc::AddHoldInvoiceRequest& request,
                                           invoicesrpc::AddHoldInvoiceResp& out) {
  const std::lock_guard lock(mutex_);
  lnrpc::Invoice invoice;
  invoice.set_r_hash(request.hash());
  invoice.set_value_msat(request.value_msat());
  invoice.set_expiry(request.expiry());
  if (auto status = register_invoice(n, invoice); !status.ok()) return status;
  out.set_payment_request(invoice.payment_request());
  return grpc::Status::OK;
}

grpc::Status FakeNetwork::register_invoice(std::size_t n, lnrpc::Invoice& invoice) {
  auto& node = nodes_.at(n);
  const auto hash = PaymentHash::from(as_bytes(invoice.r_hash()));
  if (!hash) return unknown("invalid payment hash");
  if (invoice.cltv_expiry() != 0 && invoice.cltv_expiry() < kMinCltv) {
    return unknown("CLTV delta of " + std::to_string(invoice.cltv_expiry()) +
                   " must be greater than minimum of 24");
  }
  if (invoice.expiry() > kMaxExpiry) {
    return unknown("expiry of " + std::to_string(invoice.expiry()) +
                   " seconds greater than max expiry of 3.1536e+07");
  }
  if (node.invoices.contains(*hash)) return unknown("invoice with payment hash already exists");
  if (invoice.expiry() == 0) invoice.set_expiry(kDefaultExpiry);
  lnrpc::PayReq terms;
  terms.set_destination(node.key.hex());
  terms.set_payment_hash(hash->hex());
  terms.set_timestamp(now_s());
  terms.set_expiry(invoice.expiry());
  terms.set_description_hash(to_hex(as_bytes(invoice.description_hash())));
  terms.set_num_msat(invoice.value_msat());
  invoice.set_creation_date(terms.timestamp());
  invoice.set_payment_request(encode_pay_req(terms));
  invoice.set_add_index(node.invoices.size() + 1);
  node.invoices[*hash] = invoice;
  node.events.push_back(invoice);
  changed_.notify_all();
  return grpc::Status::OK;
}

grpc::Status FakeNetwork::look_up(std::size_t n, const std::string& hash, lnrpc::Invoice& out) {
  const std::lock_guard lock(mutex_);
  const auto wanted = PaymentHash::from(as_bytes(hash));
  auto& invoices = nodes_.at(n).invoices;
  const auto at = wanted ? invoices.find(*wanted) : invoices.end();
  if (at == invoices.end()) return {grpc::StatusCode::NOT_FOUND, "unable to locate invoice"};
  expire(at->second);
  out = at->second;
  return grpc::Status::OK;
}

void FakeNetwork::expire(lnrpc::Invoice& invoice) const {
  const bool is_past = now_s() > invoice.creation_date() + invoice.expiry();
  if (is_past && invoice.state() == lnrpc::Invoice::OPEN) invoice.set_state(lnrpc::Invoice::CANCELED);
}

grpc::Status FakeNetwork::cancel_invoice(std::size_t n, const std::string& hash) {
  const std::lock_guard lock(mutex_);
  const auto wanted = PaymentHash::from(as_bytes(hash));
  auto& invoices = nodes_.at(n).invoices;
  const auto at = wanted ? invoices.find(*wanted) : invoices.end();
  if (at == invoices.end()) return unknown("unable to locate invoice");
  if (at->second.state() == lnrpc::Invoice::SETTLED) return unknown("invoice already settled");
  if (at->second.state() == lnrpc::Invoice::ACCEPTED) {
    if (auto* payment = waiting(*wanted)) fail(*payment, lnrpc::FAILURE_REASON_INCORRECT_PAYMENT_DETAILS);
  }
  at->second.set_state(lnrpc::Invoice::CANCELED);
  changed_.notify_all();
  return grpc::Status::OK;
}

grpc::Status FakeNetwork::settle_invoice(std::size_t n, const std::string& preimage) {
  const std::lock_guard lock(mutex_);
  const auto hash = hash_of(preimage);
  auto& invoices = nodes_.at(n).invoices;
  const auto at = invoices.find(hash);
  if (at == invoices.end()) return unknown("unable to locate invoice");
  if (at->second.state() == lnrpc::Invoice::SETTLED) return grpc::Status::OK;
  auto* payment = waiting(hash);
  if (at->second.state() != lnrpc::Invoice::ACCEPTED || payment == nullptr)
    return unknown("invoice still open");
  at->second.set_r_preimage(preimage);
  settle(*payment, at->second, nodes_.at(n));
  return grpc::Status::OK;
}

}  // namespace mycostr::test
