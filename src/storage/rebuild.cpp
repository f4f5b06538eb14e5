#include <algorithm>

#include "storage/check.hpp"
#include "storage/recovery.hpp"

namespace mycostr::storage {
namespace {

constexpr std::size_t kRowsAtOnce = 1000;

void mark_rebuilding(Database& database, bool begins) {
  WriteBatch batch;
  const std::string row(1, kRebuildRow);
  begins ? batch.put(row, "") : batch.erase(row);
  require(database.write(Family::shards, batch, Durability::synced));
}

void erase_rows(Database& database, char kind) {
  ScanRequest some{.prefix = std::string(1, kind), .after = {}, .limit = kRowsAtOnce};
  for (auto rows = require(database.scan(Family::shards, some)); !rows.empty();
       rows = require(database.scan(Family::shards, some))) {
    WriteBatch batch;
    for (const auto& row : rows) batch.erase(row.key);
    // Not over what has been erased again and again.
    some.after = rows.back().key;
    require(database.write(Family::shards, batch, Durability::buffered));
  }
}

/// Of two records of a shard the later counts; the other is dead.
void take_in_latest(IndexChange& change, std::uint32_t pack, const FoundRecord& record) {
  const auto known = require(change.find(record.header.key));
  if (known && known->sequence > record.header.sequence) {
    change.add_dead({pack, record.offset, record_size(record.header.length)});
  } else {
    require(take_in(change, pack, record));
  }
}

/// Whether a record of the newest pack was wholly written: only there can a write be cut short.
bool is_finished(const PackFile& file, const FoundRecord& record) {
  const auto data = read_record_data(file, record);
  if (!data && data.error().code != Errc::corrupt) throw OpenError(to_string(data.error()));
  return data.has_value();
}

/// What lies between records is dead, and its blocks may still be there: the rows that said so are gone.
void take_in_gap(IndexChange& change, const PackFile& file, const DeadRange& gap) {
  if (gap.length == 0) return;
  const auto data = require(file.next_data(gap.offset));
  if (data && *data < gap.offset + gap.length) change.add_dead(gap);
}

/// Where the last record ends.
std::uint64_t take_in_records(ShardIndex& index, const PackFile& file, const PackSalt& salt,
                              std::uint32_t number, bool newest) {
  PackScanner scanner(file, salt, kPageSize, require(file.size()));
  std::uint64_t end = kPageSize;
  for (bool more = true; more;) {
    IndexChange change(index);
    for (std::size_t count = 0; more && count < kRowsAtOnce; ++count) {
      const auto record = require(scanner.next());
      more = record.has_value();
      if (!more || (newest && !is_finished(file, *record))) continue;
      take_in_gap(change, file, {number, end, record->offset - end});
      take_in_latest(change, number, *record);
      end = record->end();
    }
    require(change.commit(Durability::buffered));
  }
  return end;
}

void take_in_pack(ShardIndex& index, const PackFile& file, const PackSalt& salt, std::uint32_t number,
                  bool newest) {
  IndexChange start(index);
  start.start_pack(number);
  require(start.commit(Durability::buffered));
  const auto end = take_in_records(index, file, salt, number, newest);
  IndexChange finish(index);
  // Records may have been removed behind the last one; in a sealed pack that counts as dead space.
  const auto size = require(file.size());
  finish.set_end(number, newest ? end : size);
  if (!newest) {
    take_in_gap(finish, file, {number, end, size - end});
    finish.seal_pack(number);
  }
  require(finish.commit(Durability::buffered));
}

}  // namespace

Rebuilt rebuild_index(Database& database, const std::filesystem::path& packs_folder) {
  PackFiles files(packs_folder);
  auto numbers = require(files.list());
  std::erase_if(numbers,
                [&](std::uint32_t number) { return require(files.size_on_disk(number)) <= kPageSize; });
  mark_rebuilding(database, true);
  for (const char kind : {kTotalsRow, kPackRow, kDyingRow, kFreeRow, kRetiredRow, kShardRow})
    erase_rows(database, kind);
  Rebuilt rebuilt;
  ShardIndex index(database);
  for (const auto number : numbers) {
    const auto file = files.open(number);
    const auto salt = file ? (*file)->salt() : std::unexpected(file.error());
    if (salt) {
      take_in_pack(index, **file, *salt, number, number == numbers.back());
      ++rebuilt.packs;
    } else {
      rebuilt.problems.push_back(
          {to_string(salt.error()), "restore the file, or move it elsewhere and rebuild"});
    }
  }
  IndexChange totals(index);  // there may have been no pack
  require(totals.commit(Durability::buffered));
  mark_rebuilding(database, false);
  rebuilt.shards = index.totals().shards;
  return rebuilt;
}

}  // namespace mycostr::storage
