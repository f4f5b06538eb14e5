// Inside of agreement only: the keys of its rows.
#pragma once

#include <string>

#include "base/ids.hpp"

namespace mycostr::agreement::keys {

// g/<agreement>           AgreementRow
// gr/<agreement>          shards (8), bytes (8), the root of each page (32 each)
// gp/<agreement><page>    256 slots: shard id (32), size (8) each; the last page may be shorter
// gs/<agreement><shard>   slot (4)
// gc/<agreement>          owner: the change under way, a ChangeAgreement
// gj/<holder><shard>      owner: size (8) of a shard that waits to join
// gm/<holder><shard>      owner: the same, of one that the holder says it has not
// gw/<holder>             owner: Unix ms (8) since when something has waited unsigned
inline constexpr std::string_view kAgreements = "g/";
inline constexpr std::string_view kRoots = "gr/";
inline constexpr std::string_view kPages = "gp/";
inline constexpr std::string_view kSlots = "gs/";
inline constexpr std::string_view kChanges = "gc/";
inline constexpr std::string_view kJoins = "gj/";
inline constexpr std::string_view kMissing = "gm/";
inline constexpr std::string_view kWaiting = "gw/";

inline std::string of(std::string_view kind, const AgreementId& agreement) {
  return std::string(kind) + std::string(agreement.text());
}

inline std::string page(const AgreementId& agreement, std::uint32_t number) {
  auto key = of(kPages, agreement);
  append_be32(key, number);
  return key;
}

inline std::string slot(const AgreementId& agreement, const ShardId& shard) {
  return of(kSlots, agreement) + std::string(shard.text());
}

inline std::string at_holder(std::string_view kind, const NodeId& holder) {
  return std::string(kind) + std::string(holder.text());
}

inline std::string at_holder(std::string_view kind, const NodeId& holder, const ShardId& shard) {
  return at_holder(kind, holder) + std::string(shard.text());
}

}  // namespace mycostr::agreement::keys
