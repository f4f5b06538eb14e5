// What an owner tells whoever keeps something of it, wherever its daemon has moved: signed by its key, found
// in the DHT under its id.
#pragma once

#include "base/endpoint.hpp"
#include "base/time.hpp"
#include "wire/datagram.hpp"
#include "wire/signed.hpp"

namespace mycostr::wire {

inline constexpr std::string_view kOwnerPurpose = "mycostr/owner/1";
/// Valid for at most this long after it was signed; owners renew theirs well before.
inline constexpr Duration kMaxPointerLife = std::chrono::hours(24);
inline constexpr std::size_t kMaxPointerEndpoints = 4;

struct OwnerPointer {
  PublicKey owner_key;
  std::uint64_t seq = 0;  ///< greater than in every earlier one; wall time in ms when signed
  WallTime expires;
  std::vector<Endpoint> endpoints;  ///< where the owner's daemon is

  NodeId owner() const { return crypto::node_id_of(owner_key); }
  bool operator==(const OwnerPointer&) const = default;
};

/// An encoded Signed of at most kMaxDhtValue bytes: endpoints that do not fit are left out, the last first.
Bytes encode_owner_pointer(OwnerPointer pointer, const crypto::Identity& owner);
/// Checks form, limits and signature; not the time. Errors: invalid.
Result<OwnerPointer> decode_owner_pointer(ByteView bytes);

}  // namespace mycostr::wire
