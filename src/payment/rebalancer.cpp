#include "payment/rebalancer.hpp"

#include <algorithm>

#include "async/timeout.hpp"
#include "base/log.hpp"
#include "payment/pursuit.hpp"

namespace mycostr::payment {
namespace {

constexpr std::string_view kRow = "cr/last";
constexpr std::chrono::seconds kInvoiceExpiry(600);
constexpr Duration kSendTime = std::chrono::seconds(60);
constexpr auto kFlowDays = std::chrono::days(7);

using Outcome = RebalanceMove::Result;

}  // namespace

Task<Result<void>> Rebalancer::open() {
  const auto row = co_await ports_.meta.get(std::string(kRow));
  if (!row) co_return std::unexpected(row.error());
  if (!*row) co_return Result<void>();
  auto run = decode_rebalance_row(**row);
  if (run) {
    last_ = std::move(*run);
  } else {
    log(LogLevel::warn, "payment", "{}", to_string(run.error()));
  }
  co_return Result<void>();
}

WallTime Rebalancer::next() const {
  const auto period = std::chrono::duration_cast<std::chrono::milliseconds>(settings_.rebalance.period);
  return last_ ? last_->at + period : ports_.clock.wall_now();
}

Task<> Rebalancer::run() {
  if (settings_.wallet == Settings::Wallet::none) co_return;
  for (;;) {
    co_await ports_.clock.sleep_for(settings_.tick());
    if (const auto done = co_await pass(); !done)
      log(LogLevel::debug, "payment", "could not rebalance: {}", to_string(done.error()));
  }
}

Task<Result<void>> Rebalancer::pass() {
  const auto status = co_await ports_.wallet.status();
  if (status.state != WalletState::ready) co_return fail(Errc::unreachable, "the wallet is not ready");
  if (auto done = co_await settle_moves(); !done) co_return done;
  const auto now = ports_.clock.wall_now();
  // A clock that was set back does not stop it for long.
  const bool is_due = now >= next() || (last_ && last_->at > now);
  if (!is_due) co_return Result<void>();
  const auto all = co_await flows();
  if (!all) co_return std::unexpected(all.error());
  RebalanceRun run{.at = now, .is_dry = settings_.rebalance.mode == RebalanceSettings::Mode::dry_run};
  Msat spent;
  if (last_) {
    const auto is_under_way = [&](Msat cap) {
      return std::ranges::any_of(last_->moves, [&](const auto& move) {
        return move.result == Outcome::under_way && move.max_fee == cap;
      });
    };
    for (const auto& fee : last_->fees) {
      if (fee.first > now - std::chrono::hours(24) || is_under_way(fee.second)) run.fees.push_back(fee);
    }
    for (const auto& fee : run.fees) spent.value += fee.second.value;
  }
  auto plan = plan_rebalance(*all, settings_.rebalance, spent);
  run.moves = std::move(plan.moves);
  if (last_) {
    std::ranges::copy_if(last_->moves, std::back_inserter(run.moves),
                         [](const auto& move) { return move.result == Outcome::under_way; });
  }
  run.skipped = std::move(plan.skipped);
  last_ = std::move(run);
  if (auto done = co_await save(); !done) co_return done;
  if (last_->is_dry) co_return Result<void>();
  for (std::size_t i = 0; i < last_->moves.size(); ++i) {
    if (last_->moves[i].result != Outcome::proposed) continue;
    if (auto done = co_await carry_out(i); !done) co_return done;
  }
  co_return Result<void>();
}

Task<Result<std::vector<ChannelFlow>>> Rebalancer::flows() {
  const auto channels = co_await ports_.wallet.channels();
  if (!channels) co_return std::unexpected(channels.error());
  std::vector<ChannelFlow> out;
  for (const auto& channel : *channels) out.push_back({channel, {}, {}});
  for (const auto& flow : book_.flows(ports_.clock.wall_now() - kFlowDays)) {
    for (auto& channel : out) {
      if (flow.channel == 0 || channel.channel.id != flow.channel) continue;
      auto& sum = flow.direction == Direction::out ? channel.spend : channel.income;
      sum.value += flow.amount.value;
    }
  }
  co_return out;
}

Task<Result<void>> Rebalancer::carry_out(std::size_t number) {
  const auto preimage = ports_.random.make<Preimage>();
  auto move = last_->moves[number];
  const NewInvoice wanted{.preimage = preimage,
                          .amount = move.amount,
                          .description_hash = crypto::sha256(as_bytes("mycostr/rebalance/1")),
                          .expiry = kInvoiceExpiry};
  const auto invoice = co_await ports_.wallet.add_invoice(wanted);
  if (!invoice) co_return std::unexpected(invoice.error());
  move.hash = invoice->hash;
  move.result = Outcome::under_way;
  last_->moves[number] = move;
  last_->fees.emplace_back(ports_.clock.wall_now(), move.max_fee);
  if (auto done = co_await save(); !done) co_return done;
  SendRequest request{.invoice = invoice->request,
                      .max_fee = move.max_fee,
                      .timeout = std::min<Duration>(kSendTime, settings_.stuck_after / 2),
                      .out_channels = {move.from},
                      .last_hop = move.last_hop};
  const auto limit = 2 * request.timeout;
  const auto status =
      co_await async::with_timeout(ports_.clock, ports_.wallet.send(std::move(request)), limit, "the wallet");
  if (!status) co_return Result<void>();  // settle_moves() finds out
  note(last_->moves[number], *status);
  co_return co_await save();
}

void Rebalancer::note(RebalanceMove& move, const PaymentStatus& status) {
  using State = PaymentStatus::State;
  if (status.state == State::in_flight) return;
  const bool is_done = status.state == State::succeeded;
  move.result = is_done ? Outcome::done : Outcome::failed;
  move.fee = is_done ? status.fee : Msat{};
  if (!is_done) move.why = status.state == State::failed ? failure_text(status.failure) : "never sent";
  // What was set aside for it is known now.
  const auto fee = std::ranges::find(last_->fees, move.max_fee, &std::pair<WallTime, Msat>::second);
  if (fee != last_->fees.end()) fee->second = move.fee;
}

Task<Result<void>> Rebalancer::settle_moves() {
  if (!last_) co_return Result<void>();
  for (std::size_t i = 0; i < last_->moves.size(); ++i) {
    if (last_->moves[i].result != Outcome::under_way || !last_->moves[i].hash) continue;
    const auto status = co_await ports_.wallet.track(*last_->moves[i].hash);
    if (!status) co_return std::unexpected(status.error());
    if (status->state == PaymentStatus::State::in_flight) continue;
    note(last_->moves[i], *status);
    if (auto done = co_await save(); !done) co_return done;
  }
  co_return Result<void>();
}

Task<Result<void>> Rebalancer::save() {
  WriteBatch batch;
  batch.put(std::string(kRow), encode_row(*last_));
  co_return co_await ports_.meta.commit(std::move(batch), Durability::synced);
}

}  // namespace mycostr::payment
