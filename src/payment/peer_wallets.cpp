#include "payment/peer_wallets.hpp"

#include "base/log.hpp"
#include "mycostr/payment_rows.pb.h"

namespace mycostr::payment {
namespace {

constexpr std::string_view kRows = "cp/";
constexpr std::size_t kRowsAtOnce = 1000;
constexpr std::size_t kMaxWhy = 200;
constexpr int kMaxAddresses = 8;

std::string row_of(const NodeId& peer) {
  return std::string(kRows) + std::string(peer.text());
}

}  // namespace

std::string encode_row(const PeerWallet& wallet) {
  proto::PeerWalletRow row;
  row.set_key(std::string(wallet.key.text()));
  for (const auto& address : wallet.addresses) row.add_addresses(address);
  row.set_routed(static_cast<std::uint32_t>(wallet.routed));
  row.set_routed_at_unix_ms(to_unix_ms(wallet.routed_at));
  row.set_why(wallet.why.substr(0, kMaxWhy));
  return row.SerializeAsString();
}

Result<PeerWallet> decode_peer_wallet_row(std::string_view bytes) {
  proto::PeerWalletRow row;
  const bool parsed = row.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  const auto key = LightningKey::from(as_bytes(row.key()));
  if (!parsed || !key || row.addresses_size() > kMaxAddresses ||
      row.routed() > static_cast<std::uint32_t>(PeerWallet::Routed::failed) || row.why().size() > kMaxWhy) {
    return fail(Errc::corrupt, "the row of a peer's wallet");
  }
  return PeerWallet{.key = *key,
                    .addresses = {row.addresses().begin(), row.addresses().end()},
                    .routed = static_cast<PeerWallet::Routed>(row.routed()),
                    .routed_at = from_unix_ms(row.routed_at_unix_ms()),
                    .why = row.why()};
}

Task<Result<void>> PeerWallets::open() {
  WriteBatch bad;
  std::string after;
  for (bool more = true; more;) {
    const auto rows = co_await store_.scan({std::string(kRows), after, kRowsAtOnce});
    if (!rows) co_return std::unexpected(rows.error());
    for (const auto& row : *rows) {
      after = row.key;
      const auto peer = NodeId::from(as_bytes(row.key).subspan(kRows.size()));
      auto wallet = decode_peer_wallet_row(row.value);
      if (peer && wallet) {
        wallets_.emplace(*peer, std::move(*wallet));
      } else {
        log(LogLevel::warn, "payment", "deletes the unreadable row of a peer's wallet");
        bad.erase(row.key);
      }
    }
    more = rows->size() == kRowsAtOnce;
  }
  if (bad.empty()) co_return Result<void>();
  co_return co_await store_.commit(std::move(bad), Durability::buffered);
}

const PeerWallet* PeerWallets::find(const NodeId& peer) const {
  const auto at = wallets_.find(peer);
  return at == wallets_.end() ? nullptr : &at->second;
}

Task<Result<void>> PeerWallets::learn(NodeId peer, LightningKey key, std::vector<std::string> addresses) {
  PeerWallet wallet{.key = key};
  // Of another wallet nothing is known yet.
  if (const auto* before = find(peer); before != nullptr && before->key == key) wallet = *before;
  wallet.addresses = std::move(addresses);
  co_return co_await save(peer, std::move(wallet));
}

Task<Result<void>> PeerWallets::routed(NodeId peer, PeerWallet::Routed routed, WallTime at, std::string why) {
  const auto* before = find(peer);
  if (before == nullptr) co_return Result<void>();
  auto wallet = *before;
  const bool fails_still = routed == PeerWallet::Routed::failed && wallet.routed == routed;
  if (!fails_still) wallet.routed_at = at;
  wallet.routed = routed;
  wallet.why = std::move(why);
  co_return co_await save(peer, std::move(wallet));
}

Task<Result<void>> PeerWallets::save(NodeId peer, PeerWallet wallet) {
  const auto* before = find(peer);
  if (before != nullptr && *before == wallet) co_return Result<void>();
  wallets_[peer] = wallet;
  WriteBatch batch;
  batch.put(row_of(peer), encode_row(wallet));
  co_return co_await store_.commit(std::move(batch), Durability::buffered);
}

Task<Result<void>> PeerWallets::forget(NodeId peer) {
  if (wallets_.erase(peer) == 0) co_return Result<void>();
  WriteBatch batch;
  batch.erase(row_of(peer));
  co_return co_await store_.commit(std::move(batch), Durability::buffered);
}

}  // namespace mycostr::payment
