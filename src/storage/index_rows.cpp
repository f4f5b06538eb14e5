#include "storage/index_rows.hpp"

namespace mycostr::storage {
namespace {

/// Takes integers off the front of a row whose length has been checked.
class Reader {
 public:
  explicit Reader(std::string_view text) : bytes_(as_bytes(text)) {}
  std::uint32_t be32() { return read_be32(take(4)); }
  std::uint64_t be64() { return read_be64(take(8)); }

 private:
  ByteView take(std::size_t count) {
    const auto taken = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return taken;
  }
  ByteView bytes_;
};

}  // namespace

std::string shard_row_key(const ShardKey& key) {
  std::string out(1, kShardRow);
  out += key.owner.text();
  out += key.shard.text();
  return out;
}

std::string pack_row_key(char kind, std::uint32_t pack) {
  std::string out(1, kind);
  append_be32(out, pack);
  return out;
}

std::string range_row_key(char kind, const DeadRange& range) {
  auto out = pack_row_key(kind, range.pack);
  append_be64(out, range.offset);
  return out;
}

std::string encode(const Location& location) {
  std::string out;
  append_be32(out, location.pack);
  append_be64(out, location.offset);
  append_be32(out, location.length);
  append_be64(out, location.sequence);
  return out;
}

std::string encode(const PackInfo& pack) {
  std::string out;
  append_be32(out, pack.sealed ? 1 : 0);
  append_be64(out, pack.end);
  append_be64(out, pack.live_bytes);
  append_be64(out, pack.live_records);
  return out;
}

std::string encode(const Totals& totals) {
  std::string out;
  append_be64(out, totals.used);
  append_be64(out, totals.shards);
  append_be64(out, totals.next_sequence);
  append_be32(out, totals.next_pack);
  return out;
}

std::string encode_length(std::uint64_t length) {
  std::string out;
  append_be64(out, length);
  return out;
}

std::optional<ShardKey> decode_shard_key(std::string_view key) {
  if (key.size() != 1 + NodeId::kSize + ShardId::kSize) return std::nullopt;
  const auto bytes = as_bytes(key).subspan(1);
  return ShardKey{*NodeId::from(bytes.first(NodeId::kSize)), *ShardId::from(bytes.subspan(NodeId::kSize))};
}

std::optional<std::uint32_t> decode_pack_key(std::string_view key) {
  if (key.size() != 5) return std::nullopt;
  return Reader(key.substr(1)).be32();
}

std::optional<DeadRange> decode_range(std::string_view key, std::string_view value) {
  if (key.size() != 13 || value.size() != 8) return std::nullopt;
  Reader reader(key.substr(1));
  DeadRange range;
  range.pack = reader.be32();
  range.offset = reader.be64();
  range.length = Reader(value).be64();
  return range;
}

std::optional<Location> decode_location(std::string_view value) {
  if (value.size() != 24) return std::nullopt;
  Reader reader(value);
  Location location;
  location.pack = reader.be32();
  location.offset = reader.be64();
  location.length = reader.be32();
  location.sequence = reader.be64();
  if (!is_shard_length(location.length) || location.offset % kPageSize != 0) return std::nullopt;
  return location;
}

std::optional<PackInfo> decode_pack(std::string_view value) {
  if (value.size() != 28) return std::nullopt;
  Reader reader(value);
  PackInfo pack;
  pack.sealed = reader.be32() != 0;
  pack.end = reader.be64();
  pack.live_bytes = reader.be64();
  pack.live_records = reader.be64();
  return pack;
}

std::optional<Totals> decode_totals(std::string_view value) {
  if (value.size() != 28) return std::nullopt;
  Reader reader(value);
  Totals totals;
  totals.used = reader.be64();
  totals.shards = reader.be64();
  totals.next_sequence = reader.be64();
  totals.next_pack = reader.be32();
  return totals;
}

}  // namespace mycostr::storage
