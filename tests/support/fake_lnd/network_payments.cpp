// Payments of the fake network.
#include "support/fake_lnd/network.hpp"
#include "support/fake_lnd/pay_req.hpp"
#include "support/fake_lnd/routes.hpp"

namespace mycostr::test {

namespace {

constexpr std::uint32_t kFinalBlocks = 24;
constexpr std::uint32_t kForwardBlocks = 80;

grpc::Status unknown(const std::string& text) {
  return {grpc::StatusCode::UNKNOWN, text};
}

grpc::Status exists(const std::string& text) {
  return {grpc::StatusCode::ALREADY_EXISTS, text};
}

}  // namespace

grpc::Status FakeNetwork::send_payment(std::size_t n, const routerrpc::SendPaymentRequest& request,
                                       std::string& hash) {
  const std::lock_guard lock(mutex_);
  auto& node = nodes_.at(n);
  const auto terms = decode_pay_req(request.payment_request());
  if (!terms) return unknown("invalid index of 1");
  if (now_s() > terms->timestamp() + terms->expiry()) {
    return unknown("invoice expired. Valid until " + std::to_string(terms->timestamp() + terms->expiry()));
  }
  const auto payee = index_of(terms->destination());
  if (payee == n && !request.allow_self_payment()) return unknown("self-payments not allowed");
  const auto id = *PaymentHash::from_hex(terms->payment_hash());
  hash = id.text();
  if (const auto known = node.payments.find(id); known != node.payments.end()) {
    const auto status = known->second.message.status();
    if (status == lnrpc::Payment::SUCCEEDED) return exists("invoice is already paid");
    if (status != lnrpc::Payment::FAILED) return exists("payment is in transition");
  }
  auto& payment = node.payments[id] = FakePayment{.message = {}, .terms = *terms, .path = {}};
  payment.message.set_payment_hash(id.hex());
  payment.message.set_status(lnrpc::Payment::IN_FLIGHT);
  changed_.notify_all();

  if (const auto reason = std::exchange(node.faults.fail_next_payment, std::nullopt)) {
    fail(payment, *reason);
    return grpc::Status::OK;
  }
  const auto stick = std::exchange(node.faults.stick_next, std::nullopt);
  if (stick == Stick::lost) return grpc::Status::OK;
  RouteWish wish{.from = n,
                 .to = payee,
                 .msat = terms->num_msat(),
                 .max_fee_msat = request.fee_limit_msat(),
                 .out_channels = {request.outgoing_chan_ids().begin(), request.outgoing_chan_ids().end()},
                 .last_hop = {}};
  if (!request.last_hop_pubkey().empty())
    wish.last_hop = index_of(to_hex(as_bytes(request.last_hop_pubkey())));
  auto route = find_route(nodes_, channels_, wish);
  if (const auto* reason = std::get_if<lnrpc::PaymentFailureReason>(&route)) {
    fail(payment, *reason);
    return grpc::Status::OK;
  }
  payment.path = std::move(std::get<std::vector<Leg>>(route));
  auto* attempt = payment.message.add_htlcs();
  attempt->set_status(lnrpc::HTLCAttempt::IN_FLIGHT);
  const auto forwards = static_cast<std::uint32_t>(payment.path.size() - 1);
  attempt->mutable_route()->set_total_time_lock(height_ + kFinalBlocks + forwards * kForwardBlocks);
  attempt->mutable_route()->set_total_fees_msat(payment.path.front().msat - terms->num_msat());
  for (const auto& leg : payment.path) {
    attempt->mutable_route()->add_hops()->set_chan_id(channels_[leg.channel].id);
    channels_[leg.channel].msat[leg.side] -= leg.msat;
    channels_[leg.channel].pending.push_back(id);
  }
  if (stick != Stick::held) arrive(payee, payment);
  return grpc::Status::OK;
}

/// At the payee: it is paid, held, or refused.
void FakeNetwork::arrive(std::size_t payee, FakePayment& payment) {
  auto& invoices = nodes_.at(payee).invoices;
  const auto at = invoices.find(*PaymentHash::from_hex(payment.terms.payment_hash()));
  if (at != invoices.end()) expire(at->second);
  if (at == invoices.end() || at->second.state() != lnrpc::Invoice::OPEN) {
    fail(payment, lnrpc::FAILURE_REASON_INCORRECT_PAYMENT_DETAILS);
  } else if (at->second.r_preimage().empty()) {
    at->second.set_state(lnrpc::Invoice::ACCEPTED);
    at->second.set_amt_paid_msat(payment.terms.num_msat());
  } else {
    settle(payment, at->second, nodes_.at(payee));
  }
  changed_.notify_all();
}

void FakeNetwork::settle(FakePayment& payment, lnrpc::Invoice& invoice, FakeNode& payee) {
  invoice.set_state(lnrpc::Invoice::SETTLED);
  invoice.set_amt_paid_msat(payment.terms.num_msat());
  invoice.set_settle_date(now_s());
  invoice.set_settle_index(++payee.settled);
  auto* htlc = invoice.add_htlcs();
  htlc->set_chan_id(channels_[payment.path.back().channel].id);
  htlc->set_state(lnrpc::InvoiceHTLC::SETTLED);
  payee.events.push_back(invoice);

  payment.message.set_status(lnrpc::Payment::SUCCEEDED);
  payment.message.set_payment_preimage(to_hex(as_bytes(invoice.r_preimage())));
  payment.message.set_fee_msat(payment.path.front().msat - payment.terms.num_msat());
  payment.message.mutable_htlcs(0)->set_status(lnrpc::HTLCAttempt::SUCCEEDED);
  unlock(payment, true);
  changed_.notify_all();
}

void FakeNetwork::fail(FakePayment& payment, lnrpc::PaymentFailureReason reason) {
  payment.message.set_status(lnrpc::Payment::FAILED);
  payment.message.set_failure_reason(reason);
  for (auto& attempt : *payment.message.mutable_htlcs()) attempt.set_status(lnrpc::HTLCAttempt::FAILED);
  unlock(payment, false);
  changed_.notify_all();
}

void FakeNetwork::unlock(FakePayment& payment, bool is_paid) {
  const auto id = *PaymentHash::from_hex(payment.terms.payment_hash());
  for (const auto& leg : payment.path) {
    auto& channel = channels_[leg.channel];
    channel.msat[is_paid ? 1 - leg.side : leg.side] += leg.msat;
    std::erase(channel.pending, id);
  }
  if (!is_paid) payment.path.clear();
}

FakePayment* FakeNetwork::waiting(const PaymentHash& hash) {
  for (auto& node : nodes_) {
    const auto at = node.payments.find(hash);
    if (at == node.payments.end() || at->second.path.empty()) continue;
    if (at->second.message.status() == lnrpc::Payment::IN_FLIGHT) return &at->second;
  }
  return nullptr;
}

bool FakeNetwork::release(const PaymentHash& hash) {
  const std::lock_guard lock(mutex_);
  auto* payment = waiting(hash);
  if (payment == nullptr) return false;
  const auto payee = index_of(payment->terms.destination());
  if (!nodes_.at(payee).is_online) return false;
  arrive(payee, *payment);
  return true;
}

grpc::Status FakeNetwork::find_payment(std::size_t n, const std::string& hash, lnrpc::Payment& out) const {
  const std::lock_guard lock(mutex_);
  const auto id = PaymentHash::from(as_bytes(hash));
  if (!id) return unknown("invalid hash length of " + std::to_string(hash.size()) + ", want 32");
  const auto& payments = nodes_.at(n).payments;
  const auto at = payments.find(*id);
  if (at == payments.end()) return {grpc::StatusCode::NOT_FOUND, "payment isn't initiated"};
  out = at->second.message;
  return grpc::Status::OK;
}

}  // namespace mycostr::test
