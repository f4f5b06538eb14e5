#include "storage/shard_index.hpp"

#include <algorithm>

namespace mycostr::storage {
namespace {

constexpr std::size_t kPageOfRows = 1000;

Error bad_row() {
  return {Errc::corrupt, "a row of the shard index is malformed: rebuild the index"};
}

/// Calls `each` with every row of a kind, in order, until it says false: then the row is malformed.
template <class Each>
Result<void> for_each_row(const Database& database, char kind, Each each) {
  ScanRequest request{.prefix = std::string(1, kind), .after = {}, .limit = kPageOfRows};
  for (;;) {
    auto rows = database.scan(Family::shards, request);
    if (!rows) return std::unexpected(rows.error());
    for (const auto& row : *rows) {
      if (!each(row)) return std::unexpected(bad_row());
    }
    if (rows->size() < kPageOfRows) return {};
    request.after = rows->back().key;
  }
}

}  // namespace

bool ShardIndex::load() {
  const auto rebuilding = database_.get(Family::shards, std::string(1, kRebuildRow));
  if (!rebuilding) throw OpenError(rebuilding.error().detail);
  if (*rebuilding) throw OpenError("rebuilding the shard index was cut short: rebuild it again");
  const auto row = database_.get(Family::shards, std::string(1, kTotalsRow));
  if (!row) throw OpenError(row.error().detail);
  if (!*row) return false;
  const auto totals = decode_totals(**row);
  if (!totals) throw OpenError(bad_row().detail);
  totals_ = *totals;
  const auto read = for_each_row(database_, kPackRow, [&](const KeyValue& pack) {
    const auto number = decode_pack_key(pack.key);
    const auto info = decode_pack(pack.value);
    if (number && info) packs_[*number] = *info;
    return number && info;
  });
  if (!read) throw OpenError(read.error().detail);
  return true;
}

Result<std::optional<Location>> ShardIndex::find(const ShardKey& key) const {
  const auto row = database_.get(Family::shards, shard_row_key(key));
  if (!row) return std::unexpected(row.error());
  if (!*row) return std::nullopt;
  const auto location = decode_location(**row);
  if (!location) return std::unexpected(bad_row());
  return location;
}

Result<std::vector<StoredShard>> ShardIndex::shards(const std::optional<ShardKey>& after,
                                                    std::size_t most) const {
  const auto last = after ? shard_row_key(*after) : std::string();
  const auto rows =
      database_.scan(Family::shards, {.prefix = std::string(1, kShardRow), .after = last, .limit = most});
  if (!rows) return std::unexpected(rows.error());
  std::vector<StoredShard> found;
  for (const auto& row : *rows) {
    const auto key = decode_shard_key(row.key);
    const auto location = decode_location(row.value);
    if (!key || !location) return std::unexpected(bad_row());
    found.push_back({*key, {location->length}});
  }
  return found;
}

Totals ShardIndex::totals() const {
  std::lock_guard lock(mutex_);
  return totals_;
}

std::map<std::uint32_t, PackInfo> ShardIndex::packs() const {
  std::lock_guard lock(mutex_);
  return packs_;
}

Result<std::vector<DeadRange>> ShardIndex::dead_ranges(char kind, std::optional<DeadRange> after,
                                                       std::size_t most) const {
  const auto last = after ? range_row_key(kind, *after) : std::string();
  const auto rows =
      database_.scan(Family::shards, {.prefix = std::string(1, kind), .after = last, .limit = most});
  if (!rows) return std::unexpected(rows.error());
  std::vector<DeadRange> ranges;
  for (const auto& row : *rows) {
    const auto range = decode_range(row.key, row.value);
    if (!range) return std::unexpected(bad_row());
    ranges.push_back(*range);
  }
  return ranges;
}

Result<std::vector<std::uint32_t>> ShardIndex::retired() const {
  std::vector<std::uint32_t> packs;
  const auto read = for_each_row(database_, kRetiredRow, [&](const KeyValue& row) {
    const auto pack = decode_pack_key(row.key);
    if (pack) packs.push_back(*pack);
    return pack.has_value();
  });
  if (!read) return std::unexpected(read.error());
  return packs;
}

Result<void> ShardIndex::headers_cleared(std::span<const DeadRange> ranges) {
  WriteBatch batch;
  for (const auto& range : ranges) {
    batch.erase(range_row_key(kDyingRow, range));
    batch.put(range_row_key(kFreeRow, range), encode_length(range.length));
  }
  return database_.write(Family::shards, batch, Durability::buffered);
}

Result<void> ShardIndex::blocks_freed(std::span<const DeadRange> ranges) {
  WriteBatch batch;
  for (const auto& range : ranges) batch.erase(range_row_key(kFreeRow, range));
  return database_.write(Family::shards, batch, Durability::buffered);
}

Result<void> ShardIndex::file_removed(std::uint32_t pack) {
  WriteBatch batch;
  batch.erase(pack_row_key(kRetiredRow, pack));
  return database_.write(Family::shards, batch, Durability::buffered);
}

Result<std::optional<Location>> IndexChange::find(const ShardKey& key) const {
  if (const auto changed = rows_.find(key); changed != rows_.end()) return changed->second;
  return index_.find(key);
}

PackInfo& IndexChange::pack(std::uint32_t number) {
  const auto [place, first_time] = packs_.try_emplace(number);
  if (first_time) {
    std::lock_guard lock(index_.mutex_);
    if (const auto known = index_.packs_.find(number); known != index_.packs_.end())
      place->second = known->second;
  }
  return place->second;
}

void IndexChange::add(const ShardKey& key, const Location& to) {
  rows_[key] = to;
  auto& info = pack(to.pack);
  info.end = std::max(info.end, to.end());
  info.live_bytes += record_size(to.length);
  ++info.live_records;
  totals_.used += record_size(to.length);
  ++totals_.shards;
  totals_.next_sequence = std::max(totals_.next_sequence, to.sequence + 1);
}

void IndexChange::remove(const ShardKey& key, const Location& from) {
  rows_[key] = std::nullopt;
  auto& info = pack(from.pack);
  info.live_bytes -= record_size(from.length);
  --info.live_records;
  totals_.used -= record_size(from.length);
  --totals_.shards;
  add_dead({from.pack, from.offset, record_size(from.length)});
}

void IndexChange::move(const ShardKey& key, const Location& from, const Location& to) {
  remove(key, from);
  add(key, to);
}

void IndexChange::start_pack(std::uint32_t number) {
  pack(number) = PackInfo();
  totals_.next_pack = std::max(totals_.next_pack, number + 1);
}

void IndexChange::seal_pack(std::uint32_t number) {
  pack(number).sealed = true;
}

void IndexChange::retire_dead_packs() {
  for (const auto& [number, info] : packs_) {
    if (info.sealed && info.live_records == 0) retired_.push_back(number);
  }
}

WriteBatch IndexChange::to_rows() const {
  WriteBatch batch;
  for (const auto& [key, location] : rows_) {
    batch.changes.push_back({shard_row_key(key), location ? std::optional(encode(*location)) : std::nullopt});
  }
  for (const auto& [number, info] : packs_) batch.put(pack_row_key(kPackRow, number), encode(info));
  for (const auto number : retired_) {
    batch.erase(pack_row_key(kPackRow, number));
    batch.put(pack_row_key(kRetiredRow, number), "");
  }
  for (const auto& range : dead_) batch.put(range_row_key(kDyingRow, range), encode_length(range.length));
  batch.put(std::string(1, kTotalsRow), encode(totals_));
  return batch;
}

Result<void> IndexChange::commit(Durability durability) {
  if (index_.failed_) return std::unexpected(*index_.failed_);
  retire_dead_packs();
  const auto written = index_.database_.write(Family::shards, to_rows(), durability);
  std::lock_guard lock(index_.mutex_);
  if (!written) {
    index_.failed_ = {Errc::io, "no changes until the next start, after: " + written.error().detail};
    index_.has_failed_ = true;
    return written;
  }
  index_.totals_ = totals_;
  for (const auto& [number, info] : packs_) index_.packs_[number] = info;
  for (const auto number : retired_) index_.packs_.erase(number);
  return {};
}

}  // namespace mycostr::storage
