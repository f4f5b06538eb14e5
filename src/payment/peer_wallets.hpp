// Which Lightning nodes holders are paid at, and whether payments find a way there: what an owner learns by
// paying, and what channels are planned by.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "mycostr/meta_store.hpp"

namespace mycostr::payment {

struct PeerWallet {
  LightningKey key;
  std::vector<std::string> addresses = {};  ///< "host:port"
  enum class Routed : std::uint8_t {
    unknown,  ///< never tried, or not since a channel was opened
    found,    ///< the last payment over other nodes arrived
    failed    ///< no way was found
  };
  Routed routed = Routed::unknown;
  WallTime routed_at = {};  ///< the last payment that arrived; the first one of a row that failed
  std::string why = {};     ///< it failed
  bool operator==(const PeerWallet&) const = default;
};

std::string encode_row(const PeerWallet& wallet);
/// Errors: corrupt.
Result<PeerWallet> decode_peer_wallet_row(std::string_view row);

/// In memory, with rows cp/<peer>, buffered: what is lost is learned again with the next payment. Loop thread
/// only.
class PeerWallets {
 public:
  explicit PeerWallets(MetaStore& store) : store_(store) {}

  /// Once, before anything else; rows that are none are deleted. Errors: io.
  Task<Result<void>> open();
  /// Null where it is not known.
  const PeerWallet* find(const NodeId& peer) const;
  const std::map<NodeId, PeerWallet>& all() const { return wallets_; }

  /// What a holder says of its wallet. Errors of these: io.
  Task<Result<void>> learn(NodeId peer, LightningKey key, std::vector<std::string> addresses);
  /// How a payment over other nodes ended there; of no interest where the peer is not known.
  Task<Result<void>> routed(NodeId peer, PeerWallet::Routed routed, WallTime at, std::string why);
  /// It is no peer any more.
  Task<Result<void>> forget(NodeId peer);

 private:
  Task<Result<void>> save(NodeId peer, PeerWallet wallet);

  MetaStore& store_;
  std::map<NodeId, PeerWallet> wallets_;
};

}  // namespace mycostr::payment
