// Layout of a pack: one page that names the pack, then records, each a header page and the shard's bytes.
// All integers are big-endian; everything begins and ends at a multiple of 4 KiB.
#pragma once

#include <array>
#include <optional>

#include "base/bytes.hpp"
#include "mycostr/chunk_store.hpp"

namespace mycostr::storage {

inline constexpr std::uint64_t kPageSize = 4096;

/// Random, of one pack, in its first page and in each of its records: nobody who only sends shards can make
/// bytes that pass for a record's header.
using PackSalt = std::array<std::uint8_t, 16>;

struct RecordHeader {
  ShardKey key;
  std::uint32_t length = 0;  ///< of the data; a multiple of 4 KiB, at most kMaxChunkSize
  std::uint64_t sequence =
      0;  ///< grows with every record of the store: of two records of one shard the later counts
  std::uint32_t data_crc = 0;
  PackSalt salt{};
};

/// What a record takes in its pack.
constexpr std::uint64_t record_size(std::uint64_t length) {
  return kPageSize + length;
}

/// Fills a header page. REQUIRES: page.size() == kPageSize
void encode_header(const RecordHeader& header, MutableBytes page);
/// Nothing where the page is not a whole, valid header. REQUIRES: page.size() == kPageSize
std::optional<RecordHeader> decode_header(ByteView page);

/// Fills the first page of a pack. REQUIRES: page.size() == kPageSize
void encode_pack_page(std::uint32_t number, const PackSalt& salt, MutableBytes page);
struct PackPage {
  std::uint32_t number = 0;
  PackSalt salt{};
};
/// Nothing where it is no whole first page of a pack. REQUIRES: page.size() == kPageSize
std::optional<PackPage> decode_pack_page(ByteView page);

/// Whether a shard of this length can be stored.
constexpr bool is_shard_length(std::uint64_t length) {
  return length > 0 && length <= kMaxChunkSize && length % kLeafSize == 0;
}

}  // namespace mycostr::storage
