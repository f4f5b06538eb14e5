#include "payment/channel_keeper.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "payment/record.hpp"

namespace mycostr::payment {
namespace {

using State = ChannelIntent::State;

constexpr std::string_view kRows = "ci/";
constexpr std::size_t kRowsAtOnce = 1000;
constexpr auto kMonth = std::chrono::days(30);

std::string row_of(const LightningKey& key) {
  return std::string(kRows) + std::string(key.text());
}

/// Whether the wallet may have carried out a call that ended so.
bool is_uncertain(Errc code) {
  return code == Errc::closed || code == Errc::timeout || code == Errc::internal;
}

}  // namespace

Task<Result<void>> ChannelKeeper::open() {
  for (std::string after;;) {
    const auto rows = co_await ports_.meta.scan({std::string(kRows), after, kRowsAtOnce});
    if (!rows) co_return std::unexpected(rows.error());
    for (const auto& row : *rows) {
      after = row.key;
      const auto key = LightningKey::from(as_bytes(row.key).subspan(kRows.size()));
      if (!key) co_return fail(Errc::corrupt, "the key of a channel's row");
      auto intent = decode_intent_row(*key, row.value);
      if (!intent) co_return std::unexpected(intent.error());
      intents_.emplace(*key, std::move(*intent));
    }
    if (rows->size() < kRowsAtOnce) co_return Result<void>();
  }
}

Task<> ChannelKeeper::run() {
  if (settings_.wallet == Settings::Wallet::none) co_return;
  for (;;) {
    const auto done = co_await pass();
    if (!done) {
      log(LogLevel::debug, "payment", "could not look after the channels: {}", to_string(done.error()));
    }
    co_await ports_.clock.sleep_for(settings_.tick());
  }
}

Task<Result<void>> ChannelKeeper::pass() {
  if (auto done = co_await look(); !done) co_return done;
  if (auto done = co_await settle_intents(); !done) co_return done;
  if (auto done = co_await forget_strangers(); !done) co_return done;
  const auto funds = co_await ports_.wallet.funds_sat();
  // A macaroon that may not look at them opens no channels either.
  if (!funds && funds.error().code != Errc::forbidden) co_return std::unexpected(funds.error());
  decisions_ = plan_channels(needs(), means(funds.value_or(0)), settings_, ports_.clock.wall_now());
  const auto decisions = decisions_;
  for (const auto& decision : decisions) {
    if (decision.way != ChannelDecision::Way::open) continue;
    if (auto done = co_await open_channel(decision); !done) co_return done;
  }
  co_return Result<void>();
}

Task<Result<void>> ChannelKeeper::look() {
  const auto status = co_await ports_.wallet.status();
  if (status.state != WalletState::ready) co_return fail(Errc::unreachable, "the wallet is not ready");
  // Pending ones first: one that is confirmed in between is seen twice, not missed.
  auto pending = co_await ports_.wallet.pending_channels();
  if (!pending) co_return std::unexpected(pending.error());
  auto channels = co_await ports_.wallet.channels();
  if (!channels) co_return std::unexpected(channels.error());
  pending_ = std::move(*pending);
  channels_ = std::move(*channels);
  co_return Result<void>();
}

ChannelIntent ChannelKeeper::settled(ChannelIntent intent) const {
  const auto is_new = [&](const auto& channel) {
    const auto& known = intent.known_points;
    return channel.peer == intent.key && channel.capacity_sat == intent.capacity_sat &&
           std::ranges::find(known, channel.point) == known.end() &&
           (intent.point.empty() || channel.point == intent.point);
  };
  const auto open = std::ranges::find_if(channels_, is_new);
  if (open != channels_.end()) {
    intent.point = open->point;
    intent.state = State::open;
    return intent;
  }
  const auto opening = std::ranges::find_if(
      pending_, [&](const auto& channel) { return channel.is_opening && is_new(channel); });
  if (opening != pending_.end()) {
    intent.point = opening->point;
    intent.state = State::opening;
    return intent;
  }
  const auto looks = looked_for_.find(intent.key);
  if (looks == looked_for_.end() || looks->second < kGiveUpTicks) return intent;
  intent.why = intent.state == State::opening ? "the channel is not there any more" : "no channel came of it";
  intent.state = State::failed;
  return intent;
}

Task<Result<void>> ChannelKeeper::settle_intents() {
  const auto before = intents_;
  for (const auto& [key, intent] : before) {
    if (!intent.is_under_way()) continue;
    ++looked_for_[key];
    auto now = settled(intent);
    if (now.state == intent.state && now.point == intent.point) {
      if (now.state == State::opening && std::ranges::count(pending_, now.point, &PendingChannel::point) > 0)
        looked_for_[key] = 0;
      continue;
    }
    looked_for_.erase(key);
    if (auto done = co_await save(now); !done) co_return done;
    // What failed without this channel says nothing of the time after it.
    if (now.state != State::open) continue;
    const auto at = ports_.clock.wall_now();
    if (auto done = co_await peers_.routed(now.peer, PeerWallet::Routed::unknown, at, {}); !done)
      co_return done;
  }
  co_return Result<void>();
}

std::vector<PeerNeed> ChannelKeeper::needs() const {
  std::vector<PeerNeed> out;
  for (const auto& [peer, wallet] : peers_.all()) out.push_back(need_of(peer, wallet));
  // Whom most is owed comes first, where the means do not suffice for all.
  std::ranges::sort(out, std::greater(),
                    [](const PeerNeed& need) { return std::pair(need.owed, need.peer); });
  return out;
}

PeerNeed ChannelKeeper::need_of(const NodeId& peer, const PeerWallet& wallet) const {
  PeerNeed out{.peer = peer, .wallet = wallet, .owed = {}, .month = {}};
  for (const auto& [id, account] : ledger_.all()) {
    if (account.role != agreement::Role::owner || account.peer != peer) continue;
    out.owed.value += account.owed().value;
    out.is_regular = out.is_regular || (account.number >= 2 && account.total.value > 0);
    const auto* agreement = agreements_.find(id);
    if (agreement == nullptr || agreement->state != agreement::State::active) continue;
    const auto lasted = account.end - agreement->terms.since;
    if (lasted.count() <= 0) continue;
    const auto months = std::chrono::duration<double>(kMonth) / std::chrono::duration<double>(lasted);
    // What earns for minutes only says little about a month.
    out.month.value +=
        static_cast<std::int64_t>(static_cast<double>(account.total.value) * std::min(months, 720.0));
  }
  for (const auto& channel : channels_) {
    if (channel.peer == wallet.key) out.channels.push_back(channel);
  }
  out.is_opening = std::ranges::any_of(
      pending_, [&](const auto& channel) { return channel.peer == wallet.key && channel.is_opening; });
  if (const auto* last = last_intent(peer, wallet.key)) out.intent = *last;
  return out;
}

/// Two holders may share a wallet, and one may name another wallet each time: it is of either.
const ChannelIntent* ChannelKeeper::last_intent(const NodeId& peer, const LightningKey& key) const {
  const ChannelIntent* out = nullptr;
  for (const auto& [its_key, intent] : intents_) {
    const bool is_of_it = its_key == key || intent.peer == peer;
    if (is_of_it && (out == nullptr || intent.at > out->at)) out = &intent;
  }
  return out;
}

ChannelMeans ChannelKeeper::means(std::uint64_t funds_sat) const {
  ChannelMeans out{.funds_sat = funds_sat};
  const auto since = ports_.clock.wall_now() - std::chrono::hours(24);
  for (const auto& [key, intent] : intents_) {
    if (intent.state != State::failed && intent.at > since) out.opened_today_sat += intent.capacity_sat;
  }
  return out;
}

Task<Result<void>> ChannelKeeper::connect(LightningKey key, std::vector<std::string> addresses) {
  Result<void> last = fail(Errc::unreachable, "no address");
  for (const auto& address : addresses) {
    last = co_await ports_.wallet.connect(key, address);
    if (last) break;
  }
  co_return last;
}

Task<Result<void>> ChannelKeeper::open_channel(ChannelDecision decision) {
  const auto* wallet = peers_.find(decision.peer);
  if (wallet == nullptr || wallet->key != decision.key) co_return Result<void>();
  const auto addresses = wallet->addresses;
  const auto now = ports_.clock.wall_now();
  const auto* last = last_intent(decision.peer, decision.key);
  const bool has_one = last != nullptr && (last->is_under_way() ||
                                           (last->state == State::open && now - last->at < kBetweenChannels));
  if (has_one) co_return Result<void>();
  ChannelIntent intent{.peer = decision.peer,
                       .key = decision.key,
                       .capacity_sat = decision.capacity_sat,
                       .at = now,
                       .changed = now};
  for (const auto& channel : channels_) {
    if (channel.peer == decision.key) intent.known_points.push_back(channel.point);
  }
  for (const auto& channel : pending_) {
    if (channel.peer == decision.key) intent.known_points.push_back(channel.point);
  }
  if (auto done = co_await save(intent); !done) co_return done;
  Result<std::string> point = fail(Errc::unreachable, "");
  if (const auto connected = co_await connect(decision.key, addresses); connected) {
    point = co_await ports_.wallet.open_channel(decision.key, decision.capacity_sat);
  } else {
    point = fail(Errc::unreachable, connected.error().detail);
  }
  if (!point && is_uncertain(point.error().code)) co_return Result<void>();  // settle_intents() finds out
  intent.state = point ? State::opening : State::failed;
  if (point) intent.point = *point;
  if (!point) intent.why = printable(to_string(point.error()));
  co_return co_await save(std::move(intent));
}

Task<Result<void>> ChannelKeeper::save(ChannelIntent intent) {
  intent.changed = ports_.clock.wall_now();
  WriteBatch batch;
  batch.put(row_of(intent.key), encode_row(intent));
  auto done = co_await ports_.meta.commit(std::move(batch), Durability::synced);
  if (!done) co_return done;
  log(LogLevel::info, "payment", "channel of {} sat to node={}: {} {}", intent.capacity_sat,
      short_hex(intent.peer.view()), state_name(intent.state), intent.why);
  intents_[intent.key] = intent;
  if (on_change) on_change(intent);
  co_return done;
}

Task<Result<void>> ChannelKeeper::forget_strangers() {
  std::set<NodeId> owed;
  for (const auto& [id, account] : ledger_.all()) {
    if (account.role == agreement::Role::owner) owed.insert(account.peer);
  }
  std::vector<NodeId> strangers;
  for (const auto& [peer, wallet] : peers_.all()) {
    if (!owed.contains(peer)) strangers.push_back(peer);
  }
  for (const auto& peer : strangers) {
    if (auto done = co_await peers_.forget(peer); !done) co_return done;
  }
  co_return Result<void>();
}

}  // namespace mycostr::payment
