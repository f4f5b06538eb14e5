#include "support/sim_lightning.hpp"

#include <set>

#include "support/sim_wallet.hpp"

namespace mycostr::test {
namespace {

constexpr std::uint64_t kLostTrackOf = 333;  ///< per mille of what a node was just sending when it ended
constexpr std::uint32_t kFinalDelta = 80;
constexpr std::uint32_t kHopDelta = 40;

}  // namespace

SimLightning::SimLightning(VirtualClock& clock, std::uint64_t seed) : clock_(clock), random_(seed) {}

SimLightning::~SimLightning() = default;

SimWallet& SimLightning::add(std::uint64_t funds_sat) {
  LightningKey key;
  random_.fill(key.bytes);
  key.bytes[0] = 2;
  wallets_.push_back(std::make_unique<SimWallet>(*this, wallets_.size(), key, funds_sat));
  return *wallets_.back();
}

SimWallet* SimLightning::find(const LightningKey& key) {
  for (const auto& wallet : wallets_) {
    if (wallet->key() == key) return wallet.get();
  }
  return nullptr;
}

SimLightning::Channel& SimLightning::add_channel(std::size_t opener, std::size_t other,
                                                 std::uint64_t capacity_sat) {
  const auto number = channels_.size() + 1;
  Channel channel;
  channel.id = (static_cast<std::uint64_t>(height_) << 40) + number;
  channel.point = random_.make<Digest>().hex() + ":0";
  channel.ends = {opener, other};
  channel.capacity_sat = capacity_sat;
  channel.msat[0] = static_cast<std::int64_t>((capacity_sat - kCommitFeeSat) * 1000);
  channel.confirmed_at = height_ + kConfirmations;
  wallet(opener).funds_sat_ -= capacity_sat + kChainFeeSat;
  channels_.push_back(channel);
  return channels_.back();
}

std::uint64_t SimLightning::open(SimWallet& opener, SimWallet& other, std::uint64_t capacity_sat,
                                 std::uint64_t pushed_sat) {
  auto& channel = add_channel(opener.number_, other.number_, capacity_sat);
  const auto pushed = static_cast<std::int64_t>(pushed_sat * 1000);
  channel.msat[0] -= pushed;
  channel.msat[1] += pushed;
  channel.confirmed_at = height_;
  return channel.id;
}

void SimLightning::mine(std::uint32_t blocks) {
  height_ += blocks;
  for (auto& [number, flight] : flights_) {
    const bool is_over = flight.stage == Stage::settled || flight.stage == Stage::failed;
    if (!is_over && height_ > flight.expiry_height) fail_back(number, flight, PaymentFailure::timeout);
  }
}

bool SimLightning::is_active(const Channel& channel) const {
  return is_confirmed(channel) && wallet(channel.ends[0]).is_running() &&
         wallet(channel.ends[1]).is_running();
}

/// Each end keeps a hundredth.
std::int64_t SimLightning::spendable(const Channel& channel, std::size_t end) const {
  return channel.msat[end] - static_cast<std::int64_t>(channel.capacity_sat * 10);
}

std::uint64_t SimLightning::launch(std::size_t payer, const DecodedInvoice& invoice, std::vector<Hop> hops) {
  const auto number = next_flight_++;
  Flight flight{.hash = invoice.hash,
                .payer = payer,
                .payee = receiver(hops.back()),
                .amount = invoice.amount,
                .description_hash = invoice.description_hash,
                .hops = std::move(hops),
                .locked = 1,
                .hold = hold_};
  flight.expiry_height =
      height_ + kFinalDelta + kHopDelta * static_cast<std::uint32_t>(flight.hops.size() - 1);
  const auto& first = flight.hops.front();
  channels_[first.channel].msat[first.from] -= first.msat;
  flights_.emplace(number, std::move(flight));
  step_later(number);
  return number;
}

void SimLightning::step_later(std::uint64_t flight) {
  const auto time = std::chrono::milliseconds(5 + random_.below(40));
  clock_.call_at(clock_.now() + time, [this, flight] { step(flight); });
}

void SimLightning::step(std::uint64_t number) {
  const auto at = flights_.find(number);
  if (at == flights_.end() || at->second.is_parked) return;
  auto& flight = at->second;
  switch (flight.stage) {
    case Stage::leaving:
      if (!wallet(flight.payer).is_running() || !wallet(receiver(flight.hops.front())).is_running()) {
        flight.is_parked = true;
        return;
      }
      flight.stage = Stage::going;
      return step_later(number);
    case Stage::going:
      return flight.locked < flight.hops.size() ? forward(number, flight) : arrive(number, flight);
    case Stage::held:
      return;
    case Stage::settled:
    case Stage::failed:
      return report(at);
  }
}

void SimLightning::forward(std::uint64_t number, Flight& flight) {
  const auto& hop = flight.hops[flight.locked];
  auto& channel = channels_[hop.channel];
  if (flight.hold == SimHold::on_the_way) {
    flight.stage = Stage::held;
    return;
  }
  if (!wallet(channel.ends[hop.from]).is_running()) {
    flight.is_parked = true;
    return;
  }
  if (!is_active(channel) || spendable(channel, hop.from) < hop.msat)
    return fail_back(number, flight, PaymentFailure::no_route);
  channel.msat[hop.from] -= hop.msat;
  ++flight.locked;
  step_later(number);
}

void SimLightning::arrive(std::uint64_t number, Flight& flight) {
  auto& payee = wallet(flight.payee);
  if (!payee.is_running()) {
    flight.is_parked = true;
    return;
  }
  auto* issued = payee.issued(flight.hash);
  const bool is_wanted =
      issued != nullptr && issued->invoice.amount == flight.amount &&
      (issued->invoice.state == Invoice::State::open ||
       (issued->invoice.state == Invoice::State::accepted && flight.hold != SimHold::none));
  if (!is_wanted) return fail_back(number, flight, PaymentFailure::incorrect_details);
  if (flight.hold != SimHold::none) {
    // A payee next door jams it just as well.
    flight.stage = Stage::held;
    if (flight.hold == SimHold::at_payee) issued->invoice.state = Invoice::State::accepted;
    return;
  }
  settle(number, flight);
}

void SimLightning::settle(std::uint64_t number, Flight& flight) {
  auto& payee = wallet(flight.payee);
  auto& issued = *payee.issued(flight.hash);
  for (const auto& hop : flight.hops) channels_[hop.channel].msat[1 - hop.from] += hop.msat;
  flight.stage = Stage::settled;
  flight.preimage = issued.preimage;
  paid_.push_back({flight.hash, wallet(flight.payer).key(), payee.key(), flight.amount,
                   Msat{flight.hops.front().msat - flight.amount.value}, flight.description_hash});
  payee.was_paid(issued, channels_[flight.hops.back().channel].id);
  step_later(number);
}

void SimLightning::fail_back(std::uint64_t number, Flight& flight, PaymentFailure why) {
  for (std::size_t i = 0; i < flight.locked; ++i) {
    const auto& hop = flight.hops[i];
    channels_[hop.channel].msat[hop.from] += hop.msat;
  }
  flight.locked = 0;
  flight.stage = Stage::failed;
  flight.failure = why;
  flight.is_parked = false;
  step_later(number);
}

void SimLightning::report(Flights::iterator at) {
  auto& flight = at->second;
  auto& payer = wallet(flight.payer);
  if (!payer.is_running()) {
    flight.is_parked = true;
    return;
  }
  PaymentStatus status;
  status.channel = channels_[flight.hops.front().channel].id;
  status.state =
      flight.stage == Stage::settled ? PaymentStatus::State::succeeded : PaymentStatus::State::failed;
  status.preimage = flight.preimage;
  status.failure = flight.failure;
  if (flight.preimage) status.fee = Msat{flight.hops.front().msat - flight.amount.value};
  const auto hash = flight.hash;
  flights_.erase(at);
  payer.outcome(hash, status);
}

void SimLightning::settle_held() {
  for (auto& [number, flight] : flights_) {
    if (flight.stage != Stage::held || flight.hold != SimHold::at_payee) continue;
    if (wallet(flight.payee).is_running()) settle(number, flight);
  }
}

void SimLightning::cancelled(std::size_t payee, const PaymentHash& hash) {
  for (auto& [number, flight] : flights_) {
    const bool is_it = flight.payee == payee && flight.hash == hash && flight.stage == Stage::held;
    if (is_it && flight.hold == SimHold::at_payee)
      fail_back(number, flight, PaymentFailure::incorrect_details);
  }
}

void SimLightning::ended(std::size_t node) {
  for (auto at = flights_.begin(); at != flights_.end();) {
    auto& flight = at->second;
    if (flight.payer != node || flight.stage != Stage::leaving || !random_.chance(kLostTrackOf, 1000)) {
      ++at;
      continue;
    }
    const auto& first = flight.hops.front();
    channels_[first.channel].msat[first.from] += first.msat;
    wallet(node).outgoing_[flight.hash].flight = 0;
    at = flights_.erase(at);
  }
}

void SimLightning::returned(std::size_t) {
  for (auto& [number, flight] : flights_) {
    if (!std::exchange(flight.is_parked, false)) continue;
    step_later(number);
  }
}

std::string SimLightning::check() const {
  std::vector<std::int64_t> sums(channels_.size());
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    sums[i] = channels_[i].msat[0] + channels_[i].msat[1] + static_cast<std::int64_t>(kCommitFeeSat * 1000);
  }
  for (const auto& [number, flight] : flights_) {
    if (flight.stage == Stage::settled) continue;
    for (std::size_t i = 0; i < flight.locked; ++i) sums[flight.hops[i].channel] += flight.hops[i].msat;
  }
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    if (sums[i] != static_cast<std::int64_t>(channels_[i].capacity_sat * 1000))
      return "channel " + channels_[i].point + " holds " + std::to_string(sums[i]) + " msat";
  }
  std::set<PaymentHash> hashes;
  for (const auto& paid : paid_) {
    if (!hashes.insert(paid.hash).second) return "paid twice: " + paid.hash.hex();
  }
  return {};
}

}  // namespace mycostr::test
