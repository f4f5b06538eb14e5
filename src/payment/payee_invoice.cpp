// The part of Payee that makes invoices.
#include "payment/payee.hpp"

namespace mycostr::payment {
namespace {

std::unexpected<Error> no_wallet(std::string why) {
  return fail(Errc::unreachable, "this node's wallet cannot be reached: " + std::move(why));
}

bool is_same(const Settlement& settlement, const wire::AskInvoice& ask) {
  return settlement.last == ask.last && settlement.amount == ask.amount && settlement.digest == ask.digest;
}

std::unexpected<Error> over(std::uint32_t attempt) {
  return fail(Errc::exists, "attempt " + std::to_string(attempt) + " is over");
}

}  // namespace

Task<Result<PeerReply>> Payee::handle_invoice(PeerRequest& request) {
  auto ask = wire::decode_ask_invoice(request.message());
  if (!ask) co_return std::unexpected(ask.error());
  if (const auto fits = check(ask->agreement, request.from().id); !fits)
    co_return std::unexpected(fits.error());
  const InWork in_work(in_work_, ask->agreement);
  if (!in_work.is_first()) co_return fail(Errc::overloaded, "another call about it is being answered");
  co_return co_await answer_invoice(std::move(*ask));
}

Task<Result<PeerReply>> Payee::answer_invoice(wire::AskInvoice ask) {
  if (const auto key = book_.find(Direction::in, ask.agreement, ask.settlement)) {
    auto payment = co_await book_.load(*key);
    if (!payment) co_return std::unexpected(payment.error());
    co_return co_await answer_known(std::move(ask), std::move(*payment));
  }
  if (auto done = co_await catch_up(ask.agreement); !done) co_return std::unexpected(done.error());
  co_return co_await issue(std::move(ask), std::nullopt);
}

Task<Result<void>> Payee::catch_up(AgreementId id) {
  const auto* account = ledger_.find(id);
  const auto key = account == nullptr ? std::nullopt : book_.find(Direction::in, id, account->settlement + 1);
  if (!key) co_return Result<void>();
  auto payment = co_await book_.load(*key);
  if (!payment) co_return std::unexpected(payment.error());
  const auto done = co_await is_over(*payment);
  if (!done) co_return std::unexpected(done.error());
  co_return Result<void>();
}

Task<Result<PeerReply>> Payee::answer_known(wire::AskInvoice ask, Payment payment) {
  if (ask.attempt < payment.attempt) co_return over(ask.attempt);
  const auto can_be_paid_no_more = co_await is_over(payment);
  if (!can_be_paid_no_more) co_return std::unexpected(can_be_paid_no_more.error());
  const bool is_current = ask.attempt == payment.attempt;
  if (is_current && *can_be_paid_no_more) co_return over(ask.attempt);
  // One that is settled too: an owner that has forgotten it finds out by its own wallet.
  if (is_current && is_same(payment.settlement, ask)) co_return co_await reply_with(std::move(payment));
  if (payment.state == PaymentState::settled) co_return fail(Errc::conflict, "this settlement is paid");
  if (!*can_be_paid_no_more) {
    co_return fail(Errc::conflict,
                   "the invoice of attempt " + std::to_string(payment.attempt) + " can still be paid");
  }
  const auto now = ports_.clock.now();
  std::erase_if(issued_, [&](const auto& issued) { return issued.second <= now; });
  if (issued_.contains(ask.agreement)) co_return fail(Errc::overloaded, "too many attempts");
  issued_[ask.agreement] = now + pause_after(payment.attempt);
  co_return co_await issue(std::move(ask), std::move(payment));
}

/// Each attempt leaves an invoice in the wallet: soon for the first ones, which crashes may cost, then ever
/// less often.
Duration Payee::pause_after(std::uint64_t attempt) const {
  constexpr std::uint64_t kSoon = 4;
  constexpr std::uint64_t kMaxDoublings = 16;
  const auto doublings = std::min(attempt - std::min(attempt, kSoon), kMaxDoublings);
  return std::min<Duration>(settings_.tick() / 6 * (1 << doublings), settings_.invoice_expiry);
}

Task<Result<Settlement>> Payee::agreed_settlement(wire::AskInvoice ask) {
  const auto* account = ledger_.find(ask.agreement);
  if (account == nullptr || account->role != agreement::Role::holder)
    co_return fail(Errc::conflict, "nothing is agreed on here");
  if (ask.settlement != account->settlement + 1) {
    co_return fail(Errc::conflict, "the next settlement here is " + std::to_string(account->settlement + 1));
  }
  const auto own = co_await ledger_.unsettled(ask.agreement, ask.last);
  if (!own) co_return std::unexpected(own.error());
  if (!*own || (*own)->amount < kLeastPayment)
    co_return fail(Errc::conflict, "too little is owed here to be paid");
  if (!is_same(**own, ask)) {
    co_return fail(Errc::conflict, "here it is " + std::to_string((*own)->amount.value) + " msat through " +
                                       std::to_string((*own)->last));
  }
  co_return **own;
}

Task<Result<PeerReply>> Payee::issue(wire::AskInvoice ask, std::optional<Payment> former) {
  auto settlement = co_await agreed_settlement(ask);
  if (!settlement) co_return std::unexpected(settlement.error());
  const auto preimage = preimage_of(ports_.identity, ask.agreement, ask.settlement, ask.attempt);
  const NewInvoice wanted{.preimage = preimage,
                          .amount = settlement->amount,
                          .description_hash = settlement->digest,
                          .expiry = std::chrono::ceil<std::chrono::seconds>(settings_.invoice_expiry)};
  auto invoice = co_await ports_.wallet.add_invoice(wanted);
  // Made before a crash, for other figures, and shown to nobody.
  if (!invoice && invoice.error().code == Errc::exists) co_return over(ask.attempt);
  if (!invoice) co_return no_wallet(invoice.error().detail);
  const auto now = ports_.clock.wall_now();
  if (invoice->state != Invoice::State::open || invoice->expires <= now) co_return over(ask.attempt);
  Payment payment{.id = ports_.random.make<PaymentId>(), .created = now, .direction = Direction::in};
  if (former) payment = std::move(*former);
  payment.settlement = std::move(*settlement);
  payment.state = PaymentState::pending;
  payment.attempt = ask.attempt;
  payment.hash = invoice->hash;
  payment.invoice = std::move(invoice->request);
  payment.expires = invoice->expires;
  payment.changed = now;
  payment.problem.clear();
  if (auto done = co_await book_.save(payment, {}, Durability::synced); !done)
    co_return std::unexpected(done.error());
  co_return co_await reply_with(std::move(payment));
}

Task<Result<PeerReply>> Payee::reply_with(Payment payment) {
  auto status = co_await ports_.wallet.status();
  if (!status.key) co_return no_wallet(status.detail);
  wire::InvoiceReply reply{.invoice = payment.invoice,
                           .wallet = *status.key,
                           .addresses = std::move(status.addresses),
                           .standing = {}};
  if (standing) reply.standing = standing(payment.settlement.agreement);
  co_return PeerReply{wire::encode(reply), {}, {}};
}

}  // namespace mycostr::payment
