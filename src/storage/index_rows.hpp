// Rows of the family "shards": what they say and how they are written. Integers are big-endian.
#pragma once

#include <optional>
#include <string>

#include "mycostr/chunk_store.hpp"
#include "storage/record.hpp"

namespace mycostr::storage {

/// Where a shard lies.
struct Location {
  std::uint32_t pack = 0;
  std::uint64_t offset = 0;  ///< of the record's header
  std::uint32_t length = 0;  ///< of the data behind it
  std::uint64_t sequence = 0;
  bool operator==(const Location&) const = default;

  std::uint64_t data_offset() const { return offset + kPageSize; }
  std::uint64_t end() const { return offset + record_size(length); }
};

struct PackInfo {
  bool sealed = false;            ///< only the one open pack grows
  std::uint64_t end = kPageSize;  ///< every record before it is in the index, or dead
  std::uint64_t live_bytes = 0;   ///< records that the index points to, headers included
  std::uint64_t live_records = 0;
  bool operator==(const PackInfo&) const = default;
};

struct Totals {
  std::uint64_t used = 0;           ///< sum of live_bytes
  std::uint64_t shards = 0;         ///< sum of live_records
  std::uint64_t next_sequence = 1;  ///< greater than any record's
  std::uint32_t next_pack = 1;      ///< numbers are never used again
  bool operator==(const Totals&) const = default;
};

/// A dead record: header and data.
struct DeadRange {
  std::uint32_t pack = 0;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

/// First byte of a key: which kind of row it is.
inline constexpr char kShardRow = 's';    ///< owner, shard -> Location
inline constexpr char kPackRow = 'p';     ///< pack -> PackInfo
inline constexpr char kDyingRow = 'd';    ///< pack, offset -> length: dead, its header may still be there
inline constexpr char kFreeRow = 'f';     ///< pack, offset -> length: dead, its blocks may still be there
inline constexpr char kRetiredRow = 'r';  ///< pack -> nothing: its file is to be removed
inline constexpr char kTotalsRow = 't';   ///< -> Totals; there since the first start
inline constexpr char kRebuildRow = 'b';  ///< -> nothing: the index is being rebuilt

std::string shard_row_key(const ShardKey& key);
std::string pack_row_key(char kind, std::uint32_t pack);
std::string range_row_key(char kind, const DeadRange& range);
std::string encode(const Location& location);
std::string encode(const PackInfo& pack);
std::string encode(const Totals& totals);
std::string encode_length(std::uint64_t length);

/// Nothing where a row is not what it should be.
std::optional<ShardKey> decode_shard_key(std::string_view key);
std::optional<std::uint32_t> decode_pack_key(std::string_view key);
std::optional<DeadRange> decode_range(std::string_view key, std::string_view value);
std::optional<Location> decode_location(std::string_view value);
std::optional<PackInfo> decode_pack(std::string_view value);
std::optional<Totals> decode_totals(std::string_view value);

}  // namespace mycostr::storage
