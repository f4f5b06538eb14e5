// A chunk as the planner sees it: who keeps what, and which of it is known to be lost. Values.
#pragma once

#include <compare>
#include <optional>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/units.hpp"

namespace mycostr::repair {

/// Why a copy is made, or taken back. The words of GET /repairs.
enum class Reason {
  failed_audit,     ///< the holder could not prove that it keeps the copy
  rot,              ///< the holder itself said that the copy is lost
  disqualified,     ///< the holder is not trusted with anything any more
  offline,          ///< the holder is gone
  draining,         ///< the holder leaves, in good order
  clumped,          ///< two copies lie in one subnet
  returned_surplus  ///< the holder came back after its copy had been made anew
};
std::string_view reason_name(Reason reason);

struct ChunkKey {
  FileId file;
  std::uint64_t index = 0;
  auto operator<=>(const ChunkKey&) const = default;
};

struct Copy {
  ShardId shard;
  NodeId holder;
  std::optional<Reason> lost;  ///< failed_audit or rot: it is not there, by proof
};

struct ChunkView {
  ChunkKey key;
  ChunkId id;
  ByteCount size;
  std::uint32_t redundancy = 0;
  std::vector<Copy> copies;
};

}  // namespace mycostr::repair
