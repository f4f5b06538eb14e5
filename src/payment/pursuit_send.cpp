// The part of Pursuit that gets an invoice and sends what it asks for.
#include "async/timeout.hpp"
#include "base/log.hpp"
#include "payment/pursuit.hpp"

namespace mycostr::payment {
namespace {

/// New routes are tried for as long; the wallet's answer is waited for a little longer.
constexpr Duration kLongestSend = std::chrono::seconds(60);
constexpr Duration kAnswerTime = std::chrono::seconds(5);

/// The wallet may have done what it was asked, or has done it before.
bool is_lost(Errc code) {
  return code == Errc::timeout || code == Errc::closed || code == Errc::unreachable || code == Errc::exists;
}

}  // namespace

std::string failure_text(PaymentFailure failure) {
  switch (failure) {
    case PaymentFailure::timeout:
      return "timeout: no route worked in time";
    case PaymentFailure::no_route:
      return "no_route: no way to the holder's wallet within the fee allowed, or it is offline";
    case PaymentFailure::insufficient_balance:
      return "insufficient_balance: too little in this wallet's channels";
    case PaymentFailure::incorrect_details:
      return "incorrect_details: the holder's wallet refuses the payment";
    case PaymentFailure::expired:
      return "expired: the invoice is past its time";
    case PaymentFailure::none:
    case PaymentFailure::other:
      break;
  }
  return "failed: the wallet does not say why";
}

std::string Pursuit::over_budget(Msat fee) const {
  const auto spent = parts_.book.spent(payment_.settlement.peer, now(), payment_.id);
  return payment::over_budget(parts_.settings.budget, spent,
                              Msat{payment_.settlement.amount.value + fee.value});
}

Task<Result<Pursuit::Next>> Pursuit::ask_invoice() {
  if (!payment_.abandoned.empty() && !turn_.has_looked_back) co_return co_await look_back();
  // No invoice that could not be paid now.
  if (auto refusal = over_budget(max_fee(parts_.settings, payment_.settlement.amount)); !refusal.empty())
    co_return co_await wait(std::move(refusal), kPatient);
  auto reply = co_await parts_.line.ask_invoice(payment_);
  if (!reply) co_return co_await refused_invoice(reply.error());
  co_return co_await accept_invoice(std::move(*reply));
}

Task<Result<Pursuit::Next>> Pursuit::refused_invoice(Error error) {
  if (error.code == Errc::exists && payment_.attempt < wire::kMaxAttempts) {
    // Of an attempt that this side has forgotten.
    ++payment_.attempt;
    if (auto done = co_await save(); !done) co_return std::unexpected(done.error());
    co_return Next::go_on;
  }
  if (error.code != Errc::conflict) co_return co_await wait("no_invoice: " + to_string(error));
  const auto next = co_await look_back();
  if (!next || *next != Next::go_on) co_return next;
  co_return co_await wait("holder_disagrees: " + error.detail, kPatient);
}

Task<Result<Pursuit::Next>> Pursuit::accept_invoice(wire::InvoiceReply reply) {
  const auto& settlement = payment_.settlement;
  if (parts_.on_standing) parts_.on_standing(settlement.agreement, reply.standing);
  const auto decoded = co_await parts_.ports.wallet.decode(reply.invoice);
  if (!decoded && decoded.error().code != Errc::invalid)
    co_return co_await wait("wallet_offline: " + decoded.error().detail);
  auto checked = decoded ? check_invoice(*decoded, reply.wallet, settlement, now())
                         : Result<void>(std::unexpected(decoded.error()));
  if (checked && parts_.book.find(decoded->hash))
    checked = fail(Errc::invalid, "the invoice's hash is another payment's");
  if (!checked && decoded && decoded->expires <= now() && !parts_.book.find(decoded->hash))
    co_return co_await accept_paid(std::move(reply), *decoded);
  if (!checked) co_return co_await wait("bad_invoice: " + checked.error().detail, kPatient);
  const auto learned = co_await parts_.peers.learn(settlement.peer, reply.wallet, std::move(reply.addresses));
  if (!learned) co_return std::unexpected(learned.error());
  payment_.hash = decoded->hash;
  payment_.invoice = std::move(reply.invoice);
  payment_.expires = decoded->expires;
  payment_.state = PaymentState::pending;
  if (auto done = co_await save(); !done) co_return std::unexpected(done.error());
  turn_.pause = {};
  co_return Next::go_on;
}

/// A record that was lost, and an invoice past its time: only this wallet knows whether it was paid.
Task<Result<Pursuit::Next>> Pursuit::accept_paid(wire::InvoiceReply reply, DecodedInvoice invoice) {
  const auto checked = check_invoice(invoice, reply.wallet, payment_.settlement,
                                     invoice.expires - std::chrono::milliseconds(1));
  if (!checked) co_return co_await wait("bad_invoice: " + checked.error().detail, kPatient);
  const auto status = co_await parts_.ports.wallet.track(invoice.hash);
  if (!status) co_return co_await wait("wallet_offline: " + status.error().detail);
  if (status->state != PaymentStatus::State::succeeded)
    co_return co_await wait("bad_invoice: the invoice has expired", kPatient);
  payment_.hash = invoice.hash;
  payment_.invoice = std::move(reply.invoice);
  payment_.expires = invoice.expires;
  co_return co_await settle(*status);
}

/// The channel with the payee first, where it holds enough: nobody else earns by it.
Task<Result<SendRequest>> Pursuit::way() {
  const auto amount = payment_.settlement.amount;
  SendRequest out{.invoice = payment_.invoice, .max_fee = max_fee(parts_.settings, amount)};
  out.timeout = std::min<Duration>(kLongestSend, parts_.settings.stuck_after / 2);
  if (turn_.direct_failed) co_return out;
  const auto payee = co_await parts_.ports.wallet.decode(payment_.invoice);
  if (!payee) co_return std::unexpected(payee.error());
  const auto channels = co_await parts_.ports.wallet.channels();
  if (!channels) co_return std::unexpected(channels.error());
  for (const auto& channel : *channels) {
    if (channel.is_active && channel.peer == payee->payee && channel.local >= amount)
      out.out_channels.push_back(channel.id);
  }
  if (!out.out_channels.empty()) out.max_fee = Msat{};
  co_return out;
}

Task<Result<Pursuit::Next>> Pursuit::send() {
  if (!payment_.abandoned.empty() && !turn_.has_looked_back) co_return co_await look_back();
  auto request = co_await way();
  if (!request) co_return co_await wait("wallet_offline: " + request.error().detail);
  if (auto refusal = over_budget(request->max_fee); !refusal.empty())
    co_return co_await wait(std::move(refusal), kPatient);
  const bool is_direct = !request->out_channels.empty();
  const auto limit = request->timeout + kAnswerTime;
  payment_.state = PaymentState::in_flight;
  payment_.fee = request->max_fee;
  ++payment_.sends;
  payment_.sent = now();
  payment_.sent_height = known_.height;
  if (auto done = co_await save(); !done) co_return std::unexpected(done.error());
  auto& ports = parts_.ports;
  const auto status =
      co_await async::with_timeout(ports.clock, ports.wallet.send(std::move(*request)), limit, "the wallet");
  // Whatever became of the call, what became of the payment track() tells.
  if (!status && is_lost(status.error().code)) co_return co_await wait({});
  if (!status) co_return co_await wait("failed: " + status.error().detail, kPatient);
  if (status->state == PaymentStatus::State::failed) co_return co_await send_failed(*status, is_direct);
  if (status->state == PaymentStatus::State::succeeded && !is_direct) {
    const auto noted =
        co_await parts_.peers.routed(payment_.settlement.peer, PeerWallet::Routed::found, now(), {});
    if (!noted) co_return std::unexpected(noted.error());
  }
  co_return Next::go_on;
}

Task<Result<Pursuit::Next>> Pursuit::send_failed(PaymentStatus status, bool was_direct) {
  using Failure = PaymentFailure;
  payment_.state = PaymentState::pending;
  payment_.problem = failure_text(status.failure);
  if (auto done = co_await save(); !done) co_return std::unexpected(done.error());
  log(LogLevel::info, "payment", "payment={} failed: {}", payment_.id.hex(), payment_.problem);
  if (status.failure == Failure::incorrect_details && !known_.was_refused) co_return Next::go_on;
  turn_.direct_failed = was_direct;
  if (was_direct) co_return Next::go_on;
  const bool has_no_way = status.failure == Failure::no_route || status.failure == Failure::timeout ||
                          status.failure == Failure::insufficient_balance;
  if (has_no_way) {
    const auto noted = co_await parts_.peers.routed(payment_.settlement.peer, PeerWallet::Routed::failed,
                                                    now(), payment_.problem);
    if (!noted) co_return std::unexpected(noted.error());
  }
  co_return co_await wait(payment_.problem, kPatient);
}

}  // namespace mycostr::payment
