// Channels, peers and blocks of the fake network.
#include "crypto/sha256.hpp"
#include "support/fake_lnd/network.hpp"

namespace mycostr::test {

namespace {

constexpr std::int64_t kSmallestSat = 20'000;  // that lnd opens
constexpr std::int64_t kCommitSat = 3'000;     // the opener's fees and anchors in a channel
constexpr std::int64_t kFundingSat = 1'000;    // fees of the funding transaction
constexpr std::int64_t kReserveSat = 10'000;   // that lnd keeps for each channel's anchors

grpc::Status unknown(const std::string& text) {
  return {grpc::StatusCode::UNKNOWN, text};
}

std::string point_of(const FakeChannel& channel) {
  const std::string backwards(channel.txid.rbegin(), channel.txid.rend());
  return to_hex(as_bytes(backwards)) + ":0";
}

std::string in_btc(std::int64_t sat) {
  auto text = fmt::format("{}.{:08}", sat / 100'000'000, sat % 100'000'000);
  text.erase(text.find_last_not_of('0') + 1);
  return text + " BTC";
}

}  // namespace

std::string FakeNetwork::make_txid() {
  return std::string(crypto::sha256(as_bytes("transaction " + std::to_string(++transactions_))).text());
}

void FakeNetwork::add_channel(std::size_t from, std::size_t to, std::int64_t capacity_sat,
                              std::int64_t push_sat) {
  const std::lock_guard lock(mutex_);
  nodes_.at(from).connected.insert(to);
  nodes_.at(to).connected.insert(from);
  FakeChannel channel{.ends = {from, to}, .txid = make_txid(), .capacity_sat = capacity_sat};
  channel.id = (std::uint64_t{height_} << 40) | (transactions_ << 16);
  channel.msat = {(capacity_sat - kCommitSat - push_sat) * 1000, push_sat * 1000};
  channels_.push_back(std::move(channel));
}

void FakeNetwork::mine(std::uint32_t blocks) {
  const std::lock_guard lock(mutex_);
  if (blocks == 0) return;
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    if (channels_[i].id == 0) channels_[i].id = (std::uint64_t{height_ + 1} << 40) | ((i + 1) << 16);
  }
  height_ += blocks;
  changed_.notify_all();
}

bool FakeNetwork::is_active(const FakeChannel& channel) const {
  return channel.id != 0 && nodes_[channel.ends[0]].is_online && nodes_[channel.ends[1]].is_online;
}

lnrpc::ListChannelsResponse FakeNetwork::list_channels(std::size_t n) const {
  const std::lock_guard lock(mutex_);
  lnrpc::ListChannelsResponse out;
  for (const auto& channel : channels_) {
    if (channel.id == 0 || (channel.ends[0] != n && channel.ends[1] != n)) continue;
    const int side = channel.ends[0] == n ? 0 : 1;
    auto* listed = out.add_channels();
    listed->set_active(is_active(channel));
    listed->set_remote_pubkey(nodes_[channel.ends[1 - side]].key.hex());
    listed->set_channel_point(point_of(channel));
    listed->set_chan_id(channel.id);
    listed->set_capacity(channel.capacity_sat);
    listed->set_local_balance(channel.msat[side] / 1000);
    listed->set_remote_balance(channel.msat[1 - side] / 1000);
    listed->set_initiator(side == 0);
    for (const auto& hash : channel.pending)
      listed->add_pending_htlcs()->set_hash_lock(std::string(hash.text()));
  }
  return out;
}

lnrpc::PendingChannelsResponse FakeNetwork::pending_channels(std::size_t n) const {
  const std::lock_guard lock(mutex_);
  lnrpc::PendingChannelsResponse out;
  for (const auto& channel : channels_) {
    if (channel.id != 0 || (channel.ends[0] != n && channel.ends[1] != n)) continue;
    const int side = channel.ends[0] == n ? 0 : 1;
    auto* pending = out.add_pending_open_channels()->mutable_channel();
    pending->set_remote_node_pub(nodes_[channel.ends[1 - side]].key.hex());
    pending->set_channel_point(point_of(channel));
    pending->set_capacity(channel.capacity_sat);
  }
  return out;
}

lnrpc::WalletBalanceResponse FakeNetwork::wallet_balance(std::size_t n) const {
  const std::lock_guard lock(mutex_);
  lnrpc::WalletBalanceResponse out;
  out.set_confirmed_balance(nodes_.at(n).funds_sat);
  const auto count = std::ranges::count_if(
      channels_, [n](const FakeChannel& channel) { return channel.ends[0] == n || channel.ends[1] == n; });
  out.set_reserved_balance_anchor_chan(std::min(count * kReserveSat, 10 * kReserveSat));
  return out;
}

grpc::Status FakeNetwork::connect_peer(std::size_t n, const lnrpc::LightningAddress& to) {
  const std::lock_guard lock(mutex_);
  const auto peer = index_of(to.pubkey());
  if (peer == n) return unknown("cannot make connection to self");
  if (peer < nodes_.size() && nodes_.at(n).connected.contains(peer) && nodes_[peer].is_online) {
    return unknown("already connected to peer: " + to.pubkey() + "@" + to.host());
  }
  const auto at = std::ranges::find(nodes_, to.host(), &FakeNode::address);
  if (at == nodes_.end() || !at->is_online) {
    return unknown("dial tcp " + to.host() + ": connect: connection refused");
  }
  if (at->key.hex() != to.pubkey()) return unknown("unable to connect to " + to.host() + ": EOF");
  nodes_.at(n).connected.insert(peer);
  at->connected.insert(n);
  return grpc::Status::OK;
}

grpc::Status FakeNetwork::open_channel(std::size_t n, const lnrpc::OpenChannelRequest& request,
                                       lnrpc::PendingUpdate& out) {
  const std::lock_guard lock(mutex_);
  auto& node = nodes_.at(n);
  const auto sat = request.local_funding_amount();
  const auto key = to_hex(as_bytes(request.node_pubkey()));
  const auto peer = index_of(key);
  if (sat < kSmallestSat) return unknown("channel is too small, the minimum channel size is: 20000 SAT");
  if (peer == n) return unknown("cannot open channel to self");
  if (peer == nodes_.size() || !node.connected.contains(peer) || !nodes_[peer].is_online) {
    return unknown("peer " + key + " is not online");
  }
  if (node.funds_sat < sat + kFundingSat) {
    return unknown("not enough witness outputs to create funding transaction, need " +
                   in_btc(sat + kFundingSat) + " only have " + in_btc(node.funds_sat) + "  available");
  }
  if (sat < min_channel_sat_) {
    return unknown("received funding error from " + key + ": chan_id=00, err=chan size of " + in_btc(sat) +
                   " is below min chan size of " + in_btc(min_channel_sat_));
  }
  node.funds_sat -= sat + kFundingSat;
  FakeChannel channel{.ends = {n, peer}, .txid = make_txid(), .capacity_sat = sat};
  channel.msat = {(sat - kCommitSat) * 1000, 0};
  out.set_txid(channel.txid);
  channels_.push_back(std::move(channel));
  changed_.notify_all();
  return grpc::Status::OK;
}

}  // namespace mycostr::test
