// Channels and on-chain funds.
#include "lightning/lnd_wallet.hpp"
#include "lightning/stream.hpp"
#include "lightning/unary.hpp"
#include "lnd/lightning.grpc.pb.h"

namespace mycostr::lightning {

namespace {

constexpr int kMaxChannels = 10'000;
constexpr std::uint64_t kMaxCapacity = 21'000'000ull * 100'000'000ull;
/// For lnd to dial the other node.
constexpr auto kConnectLimit = std::chrono::seconds(10);
/// For two nodes to agree on a channel.
constexpr Duration kOpenLimit = std::chrono::seconds(60);
/// A peer that has just connected is not "online" yet.
constexpr int kOpenAttempts = 10;
constexpr Duration kOpenPause = std::chrono::milliseconds(200);

std::uint64_t sat(std::int64_t amount) {
  return amount > 0 ? static_cast<std::uint64_t>(amount) : 0;
}

std::unexpected<Error> too_many() {
  return fail(Errc::internal, "lnd has more than " + std::to_string(kMaxChannels) + " channels");
}

Channel to_channel(const lnrpc::Channel& from) {
  Channel out{.id = from.chan_id(),
              .point = from.channel_point(),
              .peer = LightningKey::from_hex(from.remote_pubkey()).value_or(LightningKey()),
              .capacity_sat = sat(from.capacity()),
              .local = {from.local_balance() * 1000},
              .remote = {from.remote_balance() * 1000},
              .is_active = from.active(),
              .is_opener = from.initiator()};
  for (const auto& htlc : from.pending_htlcs()) {
    if (const auto hash = PaymentHash::from(as_bytes(htlc.hash_lock()))) out.pending.push_back(*hash);
  }
  return out;
}

template <class Pending>
void append(std::vector<PendingChannel>& out, const Pending& listed, bool is_opening) {
  for (const auto& entry : listed) {
    const auto& from = entry.channel();
    out.push_back({.peer = LightningKey::from_hex(from.remote_node_pub()).value_or(LightningKey()),
                   .point = from.channel_point(),
                   .capacity_sat = sat(from.capacity()),
                   .is_opening = is_opening});
  }
}

/// "txid:index": the transaction's id is written backwards.
std::string to_point(const lnrpc::PendingUpdate& pending) {
  const std::string txid(pending.txid().rbegin(), pending.txid().rend());
  return to_hex(as_bytes(txid)) + ":" + std::to_string(pending.output_index());
}

}  // namespace

Task<Result<std::vector<Channel>>> LndWallet::channels() {
  const Link::Use use(link_);
  const auto listed = co_await unary<lnrpc::Lightning>(link_, &lnrpc::Lightning::Stub::async::ListChannels,
                                                       lnrpc::ListChannelsRequest());
  if (!listed) co_return std::unexpected(listed.error());
  if (listed->channels_size() > kMaxChannels) co_return too_many();
  std::vector<Channel> out;
  for (const auto& channel : listed->channels()) out.push_back(to_channel(channel));
  co_return out;
}

Task<Result<std::vector<PendingChannel>>> LndWallet::pending_channels() {
  const Link::Use use(link_);
  const auto listed = co_await unary<lnrpc::Lightning>(link_, &lnrpc::Lightning::Stub::async::PendingChannels,
                                                       lnrpc::PendingChannelsRequest());
  if (!listed) co_return std::unexpected(listed.error());
  std::vector<PendingChannel> out;
  append(out, listed->pending_open_channels(), true);
  append(out, listed->pending_force_closing_channels(), false);
  append(out, listed->waiting_close_channels(), false);
  if (out.size() > kMaxChannels) co_return too_many();
  co_return out;
}

Task<Result<std::uint64_t>> LndWallet::funds_sat() {
  const Link::Use use(link_);
  const auto balance = co_await unary<lnrpc::Lightning>(link_, &lnrpc::Lightning::Stub::async::WalletBalance,
                                                        lnrpc::WalletBalanceRequest());
  if (!balance) co_return std::unexpected(balance.error());
  // The reserve pays for closing channels when fees are high; lnd does not open others with it.
  co_return sat(balance->confirmed_balance() - balance->reserved_balance_anchor_chan());
}

Task<Result<void>> LndWallet::connect(LightningKey peer, std::string address) {
  const Link::Use use(link_);
  lnrpc::ConnectPeerRequest request;
  request.mutable_addr()->set_pubkey(peer.hex());
  request.mutable_addr()->set_host(std::move(address));
  request.set_timeout(static_cast<std::uint64_t>(kConnectLimit.count()));
  const auto connected = co_await unary<lnrpc::Lightning>(link_, &lnrpc::Lightning::Stub::async::ConnectPeer,
                                                          std::move(request), Errc::unreachable);
  if (!connected && connected.error().code != Errc::exists) co_return std::unexpected(connected.error());
  co_return Result<void>();
}

Task<Result<std::string>> LndWallet::open_channel(LightningKey peer, std::uint64_t capacity_sat) {
  const Link::Use use(link_);
  if (capacity_sat > kMaxCapacity) co_return fail(Errc::invalid, "more than there is");
  for (int attempt = 1;; ++attempt) {
    auto opened = co_await try_open(peer, capacity_sat);
    const bool is_not_online = !opened && opened.error().code == Errc::unreachable &&
                               opened.error().detail.contains("is not online");
    if (!is_not_online || attempt == kOpenAttempts) co_return opened;
    co_await clock_.sleep_for(kOpenPause);
  }
}

Task<Result<std::string>> LndWallet::try_open(LightningKey peer, std::uint64_t capacity_sat) {
  lnrpc::OpenChannelRequest request;
  request.set_node_pubkey(std::string(peer.text()));
  request.set_local_funding_amount(static_cast<std::int64_t>(capacity_sat));
  auto stream = open_stream<lnrpc::Lightning>(link_, &lnrpc::Lightning::Stub::async::OpenChannel,
                                              std::move(request), kOpenLimit);
  if (!stream) co_return std::unexpected(stream.error());
  while (const auto update = co_await stream->next()) {
    // Once it is pending it opens whether anybody listens or not.
    if (update->has_chan_pending()) co_return to_point(update->chan_pending());
  }
  if (stream->status().ok()) co_return fail(Errc::closed, "lnd ended the stream");
  co_return std::unexpected(link_.failure(stream->status(), Errc::conflict));
}

}  // namespace mycostr::lightning
