#include "storage/recovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/log.hpp"
#include "storage/dead_space.hpp"

namespace mycostr::storage {
namespace {

/// Packs that the index does not know: left-overs of a crash before their first record, or somebody's shards.
void remove_unused(PackFiles& files, const std::vector<std::uint32_t>& unknown) {
  for (const auto number : unknown) {
    if (require(files.size_on_disk(number)) > kPageSize) {
      throw OpenError(
          fmt::format("{} is not in the index: restore the index that belongs to it, or rebuild it",
                      files.path_of(number).string()));
    }
    require(files.remove(number));
  }
}

void match_files(const ShardIndex& index, PackFiles& files) {
  auto unknown = require(files.list());
  for (const auto number : require(index.retired())) std::erase(unknown, number);
  for (const auto& [number, info] : index.packs()) {
    if (std::erase(unknown, number) == 0) {
      throw OpenError(fmt::format("{} is missing: restore it, or rebuild the index without it",
                                  files.path_of(number).string()));
    }
  }
  remove_unused(files, unknown);
}

void read_tail(ShardIndex& index, PackFiles& files, std::uint32_t number, std::uint64_t from) {
  const auto file = require(files.open(number));
  PackScanner scanner(*file, require(file->salt()), from, require(file->size()));
  IndexChange change(index);
  auto least_sequence = index.totals().next_sequence;
  auto end = from;
  std::size_t taken = 0;
  for (;;) {
    const auto record = require(scanner.next_adjacent());
    if (!record || record->header.sequence < least_sequence) break;
    const auto data = read_record_data(*file, *record);
    if (!data && data.error().code != Errc::corrupt) throw OpenError(to_string(data.error()));
    if (!data) break;  // torn: never acknowledged
    require(take_in(change, number, *record));
    least_sequence = record->header.sequence + 1;
    end = record->end();
    ++taken;
  }
  // Nothing of a torn write may come back to life behind later records.
  require(file->truncate(end));
  require(file->sync());
  if (taken == 0) return;
  require(change.commit(Durability::synced));
  clear_headers(index, files, change.dead());
  log(LogLevel::info, "storage", "took in {} shards that the index did not know yet", taken);
}

}  // namespace

Result<void> take_in(IndexChange& change, std::uint32_t pack, const FoundRecord& record) {
  const Location to{pack, record.offset, record.header.length, record.header.sequence};
  const auto known = change.find(record.header.key);
  if (!known) return std::unexpected(known.error());
  if (*known) {
    change.move(record.header.key, **known, to);
  } else {
    change.add(record.header.key, to);
  }
  return {};
}

void recover(ShardIndex& index, PackFiles& files) {
  if (!index.load()) {
    for (const auto number : require(files.list())) {
      if (require(files.size_on_disk(number)) > kPageSize) {
        throw OpenError("there are packs but the index is empty: rebuild the index");
      }
    }
    IndexChange first(index);
    require(first.commit(Durability::synced));
  }
  match_files(index, files);
  for (const auto& [number, info] : index.packs()) {
    if (!info.sealed) read_tail(index, files, number, info.end);
  }
  const auto dying =
      require(index.dead_ranges(kDyingRow, std::nullopt, std::numeric_limits<std::size_t>::max()));
  clear_headers(index, files, dying);
}

}  // namespace mycostr::storage
