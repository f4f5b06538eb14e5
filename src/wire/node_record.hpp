// What a node says of itself, signed by its key.
#pragma once

#include <string>
#include <vector>

#include "base/endpoint.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "wire/signed.hpp"

namespace mycostr::wire {

inline constexpr std::size_t kMaxEndpoints = 4;
/// Room for the longest endpoints, location and network there may be.
inline constexpr std::size_t kMaxRecordSize = 1400;
inline constexpr std::size_t kMaxLocationSize = 80;
inline constexpr std::size_t kMaxNetworkIdSize = 64;
/// A record is valid for at most this long after it was signed; nodes renew theirs well before.
inline constexpr Duration kMaxRecordLife = std::chrono::hours(24);

struct NodeRecord {
  /// Greater than in every earlier record of this node; its wall time in milliseconds when signed.
  std::uint64_t seq = 0;
  PublicKey public_key;
  std::vector<Endpoint> endpoints;
  bool is_holder = false;
  bool is_draining = false;  ///< a holder on its way out: takes no new shards, wants to be rid of the old
  std::string location;      ///< claimed; empty where none was given
  ByteCount capacity;
  ByteCount free;  ///< coarse
  std::uint64_t price_msat_per_tb_month = 0;
  WallTime expires;
  std::string network_id;

  NodeId id() const { return crypto::node_id_of(public_key); }
  bool operator==(const NodeRecord&) const = default;
};

/// An encoded Signed.
Bytes encode_record(const NodeRecord& record, const crypto::Identity& identity);
/// Checks form, limits and signature; not the time, the network or whether a newer one is known. Errors:
/// invalid.
Result<NodeRecord> decode_record(ByteView bytes);
/// The same without the signature, for bytes that were checked when they were written to the own disk.
Result<NodeRecord> decode_trusted_record(ByteView bytes);

}  // namespace mycostr::wire
