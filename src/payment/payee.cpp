#include "payment/payee.hpp"

#include "async/cancel.hpp"
#include "async/timeout.hpp"
#include "base/log.hpp"
#include "crypto/hkdf.hpp"

namespace mycostr::payment {
namespace {

constexpr std::size_t kMaxHints = 10'000;

/// What the wallet's trouble is to somebody else.
std::unexpected<Error> no_wallet(const Error& error) {
  return fail(Errc::unreachable, "this node's wallet cannot be reached: " + error.detail);
}

}  // namespace

Preimage preimage_of(const crypto::Identity& identity, const AgreementId& agreement, std::uint64_t settlement,
                     std::uint32_t attempt) {
  std::string info = "mycostr/preimage/1";
  info += agreement.text();
  append_be64(info, settlement);
  append_be32(info, attempt);
  Preimage out;
  crypto::hkdf_sha256(identity.seed().view(), {}, as_bytes(info), out.bytes);
  return out;
}

PaymentHash hash_of(const Preimage& preimage) {
  return PaymentHash{crypto::sha256(preimage.view()).bytes};
}

Result<void> Payee::check(const AgreementId& id, const NodeId& owner) const {
  const auto* agreement = agreements_.find(id);
  // Of one that has long ended the account is left, while anything is owed.
  const auto* account = ledger_.find(id);
  const bool is_known = (agreement != nullptr && agreement->role == agreement::Role::holder) ||
                        (account != nullptr && account->role == agreement::Role::holder);
  if (!is_known) return fail(Errc::not_found, "no such agreement");
  const auto& peer = agreement != nullptr ? agreement->peer : account->peer;
  if (peer != owner) return fail(Errc::forbidden, "this agreement is another owner's");
  return {};
}

Task<Result<void>> Payee::settle(Payment& payment, std::uint32_t attempt, Invoice invoice) {
  const auto& settlement = payment.settlement;
  payment.attempt = attempt;
  payment.hash = invoice.hash;
  payment.invoice = invoice.request;
  payment.expires = invoice.expires;
  payment.state = PaymentState::settled;
  payment.preimage = preimage_of(ports_.identity, settlement.agreement, settlement.number, attempt);
  payment.channel = invoice.channel;
  payment.changed = ports_.clock.wall_now();
  payment.settled_at = invoice.settled_at.value_or(payment.changed);
  payment.problem.clear();
  WriteBatch batch;
  const auto marked = ledger_.append_settled(batch, settlement, payment.id);
  if (!marked) {
    log(LogLevel::error, "payment", "payment={} settles nothing: {}", payment.id.hex(),
        to_string(marked.error()));
  }
  auto saved = co_await book_.save(payment, std::move(batch), Durability::synced);
  if (saved && marked) ledger_.settled(settlement);
  co_return saved;
}

Task<Result<bool>> Payee::is_over(Payment& payment) {
  if (payment.state == PaymentState::settled) co_return false;
  auto invoice = co_await ports_.wallet.find_invoice(payment.hash);
  if (!invoice && invoice.error().code == Errc::not_found) co_return true;  // another wallet now
  if (!invoice) co_return no_wallet(invoice.error());
  if (invoice->state == Invoice::State::open && invoice->expires <= ports_.clock.wall_now()) {
    const auto cancelled = co_await ports_.wallet.cancel_invoice(payment.hash);
    if (cancelled) co_return true;
    if (cancelled.error().code != Errc::conflict) co_return no_wallet(cancelled.error());
    invoice = co_await ports_.wallet.find_invoice(payment.hash);
    if (!invoice) co_return no_wallet(invoice.error());
  }
  if (invoice->state != Invoice::State::settled) co_return invoice->state == Invoice::State::cancelled;
  const auto attempt = payment.attempt;
  if (auto done = co_await settle(payment, attempt, std::move(*invoice)); !done)
    co_return std::unexpected(done.error());
  co_return false;
}

Task<Result<PeerReply>> Payee::handle_paid(PeerRequest& request) {
  const auto paid = wire::decode_tell_paid(request.message());
  if (!paid) co_return std::unexpected(paid.error());
  if (const auto fits = check(paid->agreement, request.from().id); !fits)
    co_return std::unexpected(fits.error());
  if (!opens(paid->preimage, paid->hash)) co_return fail(Errc::invalid, "the preimage is of another payment");
  const auto key = book_.find(Direction::in, paid->agreement, paid->settlement);
  if (!key) co_return fail(Errc::not_found, "no such payment");
  const InWork in_work(in_work_, paid->agreement);
  if (!in_work.is_first()) co_return fail(Errc::overloaded, "another call about it is being answered");
  auto payment = co_await book_.load(*key);
  if (!payment) co_return std::unexpected(payment.error());
  if (payment->hash != paid->hash) co_return fail(Errc::conflict, "another attempt is under way");
  const auto over = co_await is_over(*payment);
  if (!over) co_return std::unexpected(over.error());
  if (payment->state != PaymentState::settled)
    co_return fail(Errc::conflict, "this node's wallet says that it is not paid");
  co_return PeerReply();
}

Task<Result<PeerReply>> Payee::handle_cancel(PeerRequest& request) {
  const auto ask = wire::decode_cancel_invoice(request.message());
  if (!ask) co_return std::unexpected(ask.error());
  if (const auto fits = check(ask->agreement, request.from().id); !fits)
    co_return std::unexpected(fits.error());
  const auto preimage = preimage_of(ports_.identity, ask->agreement, ask->settlement, ask->attempt);
  const auto key = book_.find(Direction::in, ask->agreement, ask->settlement);
  if (!key || !opens(preimage, ask->hash)) co_return fail(Errc::not_found, "no such invoice");
  const InWork in_work(in_work_, ask->agreement);
  if (!in_work.is_first()) co_return fail(Errc::overloaded, "another call about it is being answered");
  auto payment = co_await book_.load(*key);
  if (!payment) co_return std::unexpected(payment.error());
  for (const auto& attempt : payment->abandoned) {
    if (attempt.hash == ask->hash && !attempt.word.empty())
      co_return PeerReply{wire::encode(wire::CancelReply(attempt.word)), {}, {}};
  }
  const auto cancelled = co_await ports_.wallet.cancel_invoice(ask->hash);
  // What a wallet does not know it cannot take money for.
  if (cancelled || cancelled.error().code == Errc::not_found)
    co_return co_await give_word(std::move(*payment), *ask);
  if (cancelled.error().code != Errc::conflict) co_return no_wallet(cancelled.error());
  if (payment->state != PaymentState::settled) {
    auto invoice = co_await ports_.wallet.find_invoice(ask->hash);
    if (!invoice) co_return no_wallet(invoice.error());
    if (auto done = co_await settle(*payment, ask->attempt, std::move(*invoice)); !done)
      co_return std::unexpected(done.error());
  }
  co_return PeerReply{wire::encode(wire::CancelReply(preimage)), {}, {}};
}

Task<Result<PeerReply>> Payee::give_word(Payment payment, wire::CancelInvoice ask) {
  const auto now = ports_.clock.wall_now();
  auto word = wire::encode_invoice_cancelled({ask.agreement, ask.settlement, ask.attempt, ask.hash, now},
                                             ports_.identity);
  if (payment.abandoned.size() >= kMaxAbandoned) payment.abandoned.erase(payment.abandoned.begin());
  payment.abandoned.push_back({ask.attempt, ask.hash, now, word});
  if (payment.state != PaymentState::settled && payment.hash == ask.hash) {
    payment.state = PaymentState::failed;
    payment.problem = "cancelled: the owner asked for it";
  }
  payment.changed = now;
  if (auto done = co_await book_.save(std::move(payment), {}, Durability::synced); !done)
    co_return std::unexpected(done.error());
  co_return PeerReply{wire::encode(wire::CancelReply(std::move(word))), {}, {}};
}

Task<> Payee::run() {
  if (settings_.wallet == Settings::Wallet::none) co_return;
  struct Listening {
    Wallet& wallet;
    ~Listening() { wallet.on_settled = nullptr; }
  } listening{ports_.wallet};
  ports_.wallet.on_settled = [this](const PaymentHash& hash) {
    const auto key = book_.find(hash);
    if (!key || hinted_.size() >= kMaxHints) return;
    hinted_.insert(*key);
    hints_.notify_all();
  };
  co_await rounds();
}

Task<> Payee::rounds() {
  for (auto next_pass = ports_.clock.now();;) {
    auto keys = std::exchange(hinted_, {});
    if (ports_.clock.now() >= next_pass) {
      keys = book_.open_ones(Direction::in);
      next_pass = ports_.clock.now() + settings_.tick();
    }
    for (const auto& key : keys) {
      if (!co_await look_at(key)) break;
    }
    if (!hinted_.empty()) continue;
    co_await async::finish_within(ports_.clock, hints_.wait(), next_pass - ports_.clock.now());
  }
}

/// False where there is no use in going on.
Task<bool> Payee::look_at(Key key) {
  auto payment = co_await book_.load(key);
  if (!payment) co_return payment.error().code == Errc::not_found;
  // A failed one is over for good, until the owner asks for the next attempt.
  if (payment->direction != Direction::in || payment->state != PaymentState::pending) co_return true;
  const InWork in_work(in_work_, payment->settlement.agreement);
  if (!in_work.is_first()) co_return true;  // who is at it sees for itself
  payment = co_await book_.load(key);
  if (!payment || payment->state != PaymentState::pending) co_return true;
  const auto over = co_await is_over(*payment);
  if (!over) {
    log(LogLevel::debug, "payment", "could not look at payment={}: {}", key.second.hex(),
        to_string(over.error()));
    co_return false;
  }
  if (!*over) co_return true;
  payment->state = PaymentState::failed;
  payment->problem = "unpaid: the invoice was not paid in time";
  payment->changed = ports_.clock.wall_now();
  const auto saved = co_await book_.save(std::move(*payment), {}, Durability::synced);
  co_return saved.has_value();
}

}  // namespace mycostr::payment
