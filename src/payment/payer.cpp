#include "payment/payer.hpp"

#include <exception>

#include "async/cancel.hpp"
#include "async/timeout.hpp"
#include "base/log.hpp"
#include "payment/pursuit.hpp"

namespace mycostr::payment {

class Payer::InWork {
 public:
  InWork(Payer& payer, const AgreementId& id) : payer_(payer), id_(id) {}
  ~InWork() {
    payer_.turns_[id_].is_in_work = false;
    payer_.changed_.notify_all();
  }
  InWork(const InWork&) = delete;
  InWork& operator=(const InWork&) = delete;

 private:
  Payer& payer_;
  const AgreementId id_;
};

Task<> Payer::run() {
  if (settings_.wallet == Settings::Wallet::none) co_return;
  std::exception_ptr stopped;
  try {
    tasks_.spawn(look_back());
    co_await rounds();
  } catch (...) {
    stopped = std::current_exception();
  }
  co_await async::begin_cleanup();
  co_await tasks_.close();
  co_await async::end_cleanup();
  if (stopped) std::rethrow_exception(stopped);
}

Task<> Payer::rounds() {
  for (;;) {
    look();
    co_await async::finish_within(ports_.clock, changed_.wait(), until_next());
  }
}

void Payer::look() {
  std::erase_if(turns_, [&](const auto& turn) {
    return !turn.second.is_in_work && ledger_.find(turn.first) == nullptr;
  });
  for (const auto& [id, account] : ledger_.all()) {
    if (tasks_.size() >= kPaymentsAtOnce) return;
    if (!has_work(account)) continue;
    auto& turn = turns_[id];
    if (turn.is_in_work || ports_.clock.now() < turn.not_before) continue;
    turn.is_in_work = true;
    tasks_.spawn(work(id));
  }
}

bool Payer::has_work(const Account& account) const {
  if (account.role != agreement::Role::owner) return false;
  if (book_.find(Direction::out, account.agreement, account.settlement + 1)) return true;
  const auto due = settlement_due(account, settings_, ports_.clock.wall_now());
  return due != Due::nothing && due != Due::waived;
}

Duration Payer::until_next() const {
  auto out = settings_.tick();
  for (const auto& [id, turn] : turns_) {
    const auto* account = ledger_.find(id);
    if (turn.is_in_work || account == nullptr || !has_work(*account)) continue;
    out = std::min<Duration>(out, turn.not_before - ports_.clock.now());
  }
  // Not in circles where there is more to do than may be done at once.
  return std::max<Duration>(out, std::chrono::milliseconds(10));
}

Task<> Payer::work(AgreementId id) {
  const InWork in_work(*this, id);
  auto& turn = turns_[id];
  auto payment = co_await current(id);
  Result<bool> done = true;
  if (!payment) {
    done = std::unexpected(payment.error());
  } else if (*payment) {
    Pursuit pursuit({ports_, ledger_, book_, peers_, line_, settings_, on_standing}, turn,
                    std::move(**payment));
    done = co_await pursuit.run();
  } else {
    done = false;
    turn.not_before = ports_.clock.now() + settings_.tick();
  }
  if (done && *done) {
    turn.not_before = {};
    turn.pause = {};
    turn.direct_failed = false;
  }
  if (done) co_return;
  log(LogLevel::warn, "payment", "agreement={} could not be paid now: {}", short_hex(id.view()),
      to_string(done.error()));
  turn.not_before = ports_.clock.now() + settings_.tick();
}

Task<Result<std::optional<Payment>>> Payer::current(AgreementId id) {
  const auto* account = ledger_.find(id);
  if (account == nullptr) co_return std::nullopt;
  const auto key = book_.find(Direction::out, id, account->settlement + 1);
  if (!key) co_return co_await intend(id);
  auto payment = co_await book_.load(*key);
  if (!payment) co_return std::unexpected(payment.error());
  // The ledger lost what it was for: a person has to look, and nothing more is paid.
  if (payment->state == PaymentState::settled)
    co_return fail(Errc::conflict, "settlement " + std::to_string(payment->settlement.number) +
                                       " is paid, and is not in the ledger");
  co_return std::move(*payment);
}

Task<Result<std::optional<Payment>>> Payer::intend(AgreementId id) {
  const auto due = settlement_due(*ledger_.find(id), settings_, ports_.clock.wall_now());
  if (due == Due::nothing || due == Due::waived) co_return std::nullopt;
  auto settlement = co_await ledger_.unsettled(id);
  if (settlement && *settlement && !is_one_part(**settlement)) settlement = co_await part_of(**settlement);
  if (!settlement) co_return std::unexpected(settlement.error());
  if (!*settlement || (*settlement)->amount < kLeastPayment) co_return std::nullopt;
  Payment payment{.id = ports_.random.make<PaymentId>(),
                  .created = ports_.clock.wall_now(),
                  .direction = Direction::out,
                  .settlement = std::move(**settlement)};
  payment.changed = payment.created;
  if (auto done = co_await book_.save(payment, {}, Durability::synced); !done)
    co_return std::unexpected(done.error());
  co_return payment;
}

bool Payer::is_one_part(const Settlement& settlement) const {
  const auto fee = max_fee(settings_, settlement.amount);
  return settlement.amount.value + fee.value <= largest_part(settings_.budget).value;
}

/// After a long time without paying more may be owed than the budget lets go at once: then as many statements
/// as make a part, or as few as can be paid.
Task<Result<std::optional<Settlement>>> Payer::part_of(Settlement whole) {
  std::optional<Settlement> out;
  auto least = whole.first;
  for (auto most = whole.last; least < most;) {
    const auto middle = least + (most - least) / 2;
    auto part = co_await ledger_.unsettled(whole.agreement, middle);
    if (!part) co_return part;
    if (*part && !is_one_part(**part)) {
      most = middle;
      continue;
    }
    least = middle + 1;
    if (*part && (*part)->amount >= kLeastPayment) out = std::move(**part);
  }
  if (out) co_return out;
  co_return co_await ledger_.unsettled(whole.agreement, least);
}

Task<> Payer::look_back() {
  const auto keys = book_.with_abandoned(ports_.clock.wall_now() - kLookBack);
  for (const auto& key : keys) {
    for (;;) {
      const auto done = co_await look_back_at(key);
      if (done || done.error().code == Errc::corrupt || done.error().code == Errc::not_found) break;
      co_await ports_.clock.sleep_for(settings_.tick());
    }
  }
}

/// Of those not settled yet, their pursuit sees to it.
Task<Result<void>> Payer::look_back_at(PaymentBook::Key key) {
  auto payment = co_await book_.load(key);
  if (!payment) co_return std::unexpected(payment.error());
  if (payment->state != PaymentState::settled) co_return Result<void>();
  for (const auto& attempt : payment->abandoned) {
    if (attempt.hash == payment->hash) continue;
    const auto status = co_await ports_.wallet.track(attempt.hash);
    if (!status) co_return std::unexpected(status.error());
    if (status->state != PaymentStatus::State::succeeded) continue;
    log(LogLevel::error, "payment", "payment={} was paid twice: attempt {} arrived after it was given up",
        key.second.hex(), attempt.attempt);
    payment->problem = "paid_twice: attempt " + std::to_string(attempt.attempt) +
                       " arrived after it was given up; the holder's word is in the record";
    if (auto done = co_await book_.save(*payment, {}, Durability::synced); !done) co_return done;
  }
  co_return Result<void>();
}

}  // namespace mycostr::payment
