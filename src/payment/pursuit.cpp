#include "payment/pursuit.hpp"

#include "base/log.hpp"

namespace mycostr::payment {
namespace {

using State = PaymentStatus::State;

constexpr int kStepsAtOnce = 64;
constexpr Duration kFirstPause = std::chrono::seconds(1);

std::string_view word_of(const std::string& problem) {
  return std::string_view(problem).substr(0, problem.find(':'));
}

}  // namespace

std::string wallet_text(WalletState state) {
  switch (state) {
    case WalletState::none:
      return "no_wallet: this node has none";
    case WalletState::offline:
      return "wallet_offline: the wallet does not answer";
    case WalletState::locked:
      return "wallet_locked: the wallet waits for its password";
    case WalletState::starting:
      return "wallet_starting: the wallet is not ready yet";
    case WalletState::unsynced:
      return "wallet_unsynced: the wallet does not know the newest blocks";
    case WalletState::forbidden:
      return "wallet_forbidden: the wallet refuses this node's macaroon";
    case WalletState::ready:
      return {};
  }
  return {};
}

Task<Result<void>> Pursuit::save(Durability durability) {
  payment_.changed = now();
  co_return co_await parts_.book.save(payment_, {}, durability);
}

Task<Result<Pursuit::Next>> Pursuit::wait(std::string problem, int longest_ticks) {
  problem = printable(problem);
  const bool is_new = word_of(problem) != word_of(payment_.problem);
  if (is_new) {
    payment_.problem = std::move(problem);
    if (auto done = co_await save(Durability::buffered); !done) co_return std::unexpected(done.error());
  }
  const auto tick = parts_.settings.tick();
  turn_.pause = std::clamp<Duration>(turn_.pause, std::min(kFirstPause, tick), longest_ticks * tick);
  turn_.not_before = parts_.ports.clock.now() + turn_.pause;
  turn_.pause *= 2;
  co_return Next::wait;
}

Task<Result<bool>> Pursuit::run() {
  for (int i = 0; i < kStepsAtOnce; ++i) {
    const auto at = now();
    if (auto done = co_await look_around(at); !done) {
      const auto code = done.error().code;
      const bool is_own = code == Errc::io || code == Errc::corrupt;
      if (is_own) co_return std::unexpected(done.error());
      const auto waiting = co_await wait("wallet_offline: " + done.error().detail);
      if (!waiting) co_return std::unexpected(waiting.error());
      co_return false;
    }
    const auto next = co_await take(next_step(payment_, known_, at, parts_.settings));
    if (!next) co_return std::unexpected(next.error());
    if (*next != Next::go_on) co_return *next == Next::settled;
  }
  turn_.not_before = parts_.ports.clock.now() + parts_.settings.tick();
  co_return false;
}

Task<Result<void>> Pursuit::look_around(WallTime at) {
  auto& wallet = parts_.ports.wallet;
  const auto status = co_await wallet.status();
  known_.wallet = status.state;
  known_.height = status.height;
  known_.status.reset();
  known_.channels.reset();
  if (known_.wallet != WalletState::ready || !payment_.sent) co_return Result<void>();
  auto tracked = co_await wallet.track(payment_.hash);
  if (!tracked) co_return std::unexpected(tracked.error());
  known_.status = std::move(*tracked);
  if (auto done = co_await note_status(); !done) co_return done;
  if (!is_stuck(payment_, known_, at, parts_.settings)) co_return Result<void>();
  const auto channels = co_await wallet.channels();
  if (!channels) co_return std::unexpected(channels.error());
  known_.channels = Known::Channels{.all_active = true};
  for (const auto& channel : *channels) {
    if (!channel.is_active) known_.channels->all_active = false;
    if (std::ranges::find(channel.pending, payment_.hash) != channel.pending.end())
      known_.channels->lists_hash = true;
  }
  co_return Result<void>();
}

/// The record shows what the wallet says: only what may arrive weighs on the budget.
Task<Result<void>> Pursuit::note_status() {
  const bool is_in_flight = known_.status->state == State::in_flight;
  if (known_.status->state == State::succeeded) co_return Result<void>();
  if (is_in_flight == (payment_.state == PaymentState::in_flight)) co_return Result<void>();
  payment_.state = is_in_flight ? PaymentState::in_flight : PaymentState::pending;
  co_return co_await save();
}

Task<Result<Pursuit::Next>> Pursuit::take(Step step) {
  switch (step) {
    case Step::wait:
      co_return co_await wait(why_waiting());
    case Step::ask_invoice:
      co_return co_await ask_invoice();
    case Step::send:
      co_return co_await send();
    case Step::settle:
      co_return co_await settle(*known_.status);
    case Step::ask_cancel:
      co_return co_await ask_cancel();
    case Step::next_attempt:
      co_return co_await next_attempt();
  }
  co_return Next::wait;
}

std::string Pursuit::why_waiting() const {
  if (known_.wallet != WalletState::ready) return wallet_text(known_.wallet);
  if (!known_.channels) return {};
  if (payment_.abandoned.size() >= kMaxAbandoned) {
    return "stuck: too many attempts were given up; a look at the wallet is needed";
  }
  if (known_.channels->lists_hash) return "stuck: a channel still carries it; its timelock ends it";
  return "stuck: the holder's word that the invoice is cancelled, or the timelock at block " +
         std::to_string(known_.status->expiry_height) + " ends it";
}

Task<Result<Pursuit::Next>> Pursuit::settle(PaymentStatus status) {
  if (!status.preimage || !opens(*status.preimage, payment_.hash)) {
    log(LogLevel::error, "payment", "the wallet shows no preimage of payment={}", payment_.id.hex());
    co_return co_await wait("no_preimage: the wallet says that it is paid, and shows no preimage");
  }
  payment_.state = PaymentState::settled;
  payment_.preimage = status.preimage;
  payment_.fee = status.fee;
  payment_.channel = status.channel;
  payment_.settled_at = now();
  payment_.problem.clear();
  payment_.changed = now();
  WriteBatch batch;
  const auto marked = parts_.ledger.append_settled(batch, payment_.settlement, payment_.id);
  if (!marked) {
    log(LogLevel::error, "payment", "payment={} settles nothing: {}", payment_.id.hex(),
        to_string(marked.error()));
    payment_.problem = "not_owed: " + marked.error().detail;
  }
  const auto saved = co_await parts_.book.save(payment_, std::move(batch), Durability::synced);
  if (!saved) co_return std::unexpected(saved.error());
  if (marked) parts_.ledger.settled(payment_.settlement);
  // Its own wallet tells the holder as well.
  const auto told = co_await parts_.line.tell_paid(payment_);
  if (!told) log(LogLevel::debug, "payment", "the holder was not told: {}", to_string(told.error()));
  co_return Next::settled;
}

Task<Result<Pursuit::Next>> Pursuit::ask_cancel() {
  auto answer = co_await parts_.line.ask_cancel(payment_, payment_.attempt, payment_.hash);
  if (!answer) {
    log(LogLevel::info, "payment", "no word on payment={}: {}", payment_.id.hex(), to_string(answer.error()));
    known_.was_refused = true;
    co_return Next::go_on;
  }
  if (answer->preimage) {
    auto status = *known_.status;
    status.preimage = answer->preimage;
    co_return co_await settle(status);
  }
  word_ = std::move(*answer->word);
  known_.has_word = true;
  co_return Next::go_on;
}

Task<Result<Pursuit::Next>> Pursuit::next_attempt() {
  const auto state = known_.status ? known_.status->state : State::failed;
  const bool is_forgotten =
      state == State::unknown && word_.empty() && payment_.abandoned.size() < kMaxAbandoned;
  if (state == State::in_flight || is_forgotten) {
    log(LogLevel::warn, "payment", "gives up attempt {} of payment={}, sent at {}", payment_.attempt,
        payment_.id.hex(), to_rfc3339(*payment_.sent));
    payment_.abandoned.push_back({payment_.attempt, payment_.hash, now(), std::move(word_)});
  }
  payment_.state = payment_.sends > 0 ? PaymentState::failed : PaymentState::pending;
  ++payment_.attempt;
  payment_.hash = {};
  payment_.invoice.clear();
  payment_.expires = {};
  payment_.sent.reset();
  payment_.sent_height = 0;
  payment_.fee = {};
  known_.has_word = known_.was_refused = false;
  word_.clear();
  turn_.has_looked_back = false;
  if (auto done = co_await save(); !done) co_return std::unexpected(done.error());
  co_return Next::go_on;
}

Task<Result<Pursuit::Next>> Pursuit::look_back() {
  for (auto attempt = payment_.abandoned.rbegin(); attempt != payment_.abandoned.rend(); ++attempt) {
    auto status = co_await parts_.ports.wallet.track(attempt->hash);
    if (!status) co_return co_await wait("wallet_offline: " + status.error().detail);
    if (status->state != State::succeeded) {
      if (!attempt->word.empty()) continue;
      // Perhaps it arrived, and only this wallet does not know.
      const auto answer = co_await parts_.line.ask_cancel(payment_, attempt->attempt, attempt->hash);
      if (!answer || !answer->preimage) continue;
      status->preimage = answer->preimage;
    }
    payment_.hash = attempt->hash;
    payment_.attempt = attempt->attempt;
    co_return co_await settle(*status);
  }
  turn_.has_looked_back = true;
  co_return Next::go_on;
}

}  // namespace mycostr::payment
