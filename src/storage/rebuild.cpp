#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "storage/check.hpp"
#include "storage/recovery.hpp"

namespace mycostr::storage {
namespace {

constexpr std::size_t kRowsAtOnce = 1000;
constexpr std::string_view kRestore = "restore the file, or move it elsewhere and rebuild";
constexpr std::string_view kReadAgain =
    "the owners repair what lay there; where the disk can read it again, rebuild once more";

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

/// A stretch of a pack that the disk does not give back.
struct Unreadable {
  std::uint64_t from = 0;
  std::uint64_t end = 0;
  Error error;
};

/// A pack on its way into the index.
struct Intake {
  const PackFile& file;
  PackSalt salt;
  std::uint32_t number = 0;
  bool is_newest = false;
  std::uint64_t end = kPageSize;  // of the last record
  std::vector<Unreadable> unreadable;

  bool is_empty() const { return end == kPageSize; }
  /// Whether what follows the last record was read.
  bool is_read_from_end() const { return unreadable.empty() || unreadable.back().end <= end; }
};

class Rebuilder {
 public:
  Rebuilder(Database& database, const std::filesystem::path& folder)
      : database_(database), files_(folder), index_(database) {}

  Rebuilt run() {
    auto numbers = require(files_.list());
    std::erase_if(numbers,
                  [&](std::uint32_t number) { return require(files_.size_on_disk(number)) <= kPageSize; });
    mark_rebuilding(database_, true);
    remember_dying();
    for (const char kind : {kTotalsRow, kPackRow, kFreeRow, kRetiredRow, kShardRow})
      erase_rows(database_, kind);
    for (const auto number : numbers) take_in_file(number, number == numbers.back());
    IndexChange totals(index_);  // there may have been no pack
    commit(totals);
    forget_dying();
    mark_rebuilding(database_, false);
    rebuilt_.shards = index_.totals().shards;
    return std::move(rebuilt_);
  }

 private:
  void report(std::string what, std::string_view what_to_do) {
    if (rebuilt_.problems.size() < kMaxProblems)
      rebuilt_.problems.push_back({std::move(what), std::string(what_to_do)});
  }

  void remember_dying() {
    ScanRequest request{.prefix = std::string(1, kDyingRow), .after = {}, .limit = kRowsAtOnce};
    for (auto rows = require(database_.scan(Family::shards, request)); !rows.empty();
         rows = require(database_.scan(Family::shards, request))) {
      for (const auto& row : rows) dying_.emplace(row.key, false);
      request.after = rows.back().key;
    }
  }

  /// Those with nothing behind them: what is written there later is alive.
  void forget_dying() {
    WriteBatch batch;
    for (const auto& [key, is_found] : dying_) {
      if (!is_found) batch.erase(key);
    }
    require(database_.write(Family::shards, batch, Durability::buffered));
  }

  void commit(IndexChange& change) {
    require(change.commit(Durability::buffered));
    for (const auto& range : change.dead()) {
      const auto known = dying_.find(range_row_key(kDyingRow, range));
      if (known != dying_.end()) known->second = true;
    }
  }

  void take_in_file(std::uint32_t number, bool is_newest) {
    const auto file = files_.open(number);
    const auto salt = file ? (*file)->salt() : std::unexpected(file.error());
    if (!salt) return report(to_string(salt.error()), kRestore);
    Intake pack{.file = **file, .salt = *salt, .number = number, .is_newest = is_newest, .unreadable = {}};
    const bool is_taken = take_in_records(pack);
    for (const auto& part : pack.unreadable) {
      report(fmt::format("{} (bytes {} to {})", to_string(part.error), part.from, part.end - 1), kReadAgain);
    }
    // Without a shard it would be removed with all that may still be in it.
    if (!is_taken)
      return report(fmt::format("no shard of {} can be read", files_.path_of(number).string()), kRestore);
    finish(pack);
    ++rebuilt_.packs;
  }

  /// False: none was found, where some may be.
  bool take_in_records(Intake& pack) {
    PackScanner scanner(pack.file, pack.salt, kPageSize, require(pack.file.size()));
    for (bool more = true; more;) {
      IndexChange change(index_);
      if (pack.is_empty()) change.start_pack(pack.number);
      for (std::size_t count = 0; more && count < kRowsAtOnce; ++count) {
        const auto record = next_record(scanner, pack);
        more = record.has_value();
        if (more) take_in_record(change, pack, *record);
      }
      if (pack.is_empty() && !pack.unreadable.empty()) return false;
      commit(change);
    }
    return true;
  }

  /// Over what cannot be read.
  std::optional<FoundRecord> next_record(PackScanner& scanner, Intake& pack) {
    for (;;) {
      const auto record = scanner.next();
      if (record) return *record;
      if (record.error().code != Errc::io) throw OpenError(to_string(record.error()));
      const auto at = scanner.position();
      auto& parts = pack.unreadable;
      if (parts.empty() || parts.back().end != at) parts.push_back({at, at, record.error()});
      scanner.pass_over();
      parts.back().end = scanner.position();
    }
  }

  void take_in_record(IndexChange& change, Intake& pack, const FoundRecord& record) {
    if (pack.is_newest && !is_finished(pack, record)) return;
    take_in_gap(change, pack, record.offset);
    pack.end = record.end();
    const DeadRange place{pack.number, record.offset, record_size(record.header.length)};
    const auto known = require(change.find(record.header.key));
    // Of two records of a shard the later counts.
    if (dying_.contains(range_row_key(kDyingRow, place)) ||
        (known && known->sequence > record.header.sequence)) {
      change.add_dead(place);
    } else {
      require(take_in(change, pack.number, record));
    }
  }

  /// Whether a record of the newest pack was wholly written: only there can a write be cut short. One that
  /// cannot be read was.
  bool is_finished(const Intake& pack, const FoundRecord& record) {
    const auto data = read_record_data(pack.file, record);
    if (data || data.error().code == Errc::corrupt) return data.has_value();
    if (data.error().code != Errc::io) throw OpenError(to_string(data.error()));
    report(fmt::format("shard {}: {}", record.header.key.shard.hex(), to_string(data.error())), kReadAgain);
    return true;
  }

  /// What lies between records is dead, and its blocks may still be there: the rows that said so are gone.
  /// What cannot be read is left alone: another rebuild may find it.
  void take_in_gap(IndexChange& change, const Intake& pack, std::uint64_t up_to) {
    const DeadRange gap{pack.number, pack.end, up_to - pack.end};
    if (gap.length == 0 || !pack.is_read_from_end()) return;
    const auto data = require(pack.file.next_data(gap.offset));
    if (data && *data < up_to) change.add_dead(gap);
  }

  void finish(const Intake& pack) {
    IndexChange change(index_);
    // At each start the open pack is read from its last record on.
    const bool stays_open = pack.is_newest && pack.is_read_from_end();
    // Records may have been removed behind the last one; in a sealed pack that counts as dead space.
    const auto size = require(pack.file.size());
    change.set_end(pack.number, stays_open ? pack.end : size);
    if (!stays_open) {
      take_in_gap(change, pack, size);
      change.seal_pack(pack.number);
    }
    commit(change);
  }

  Database& database_;
  PackFiles files_;
  ShardIndex index_;
  std::map<std::string, bool> dying_;  // rows there were; whether a range of theirs is still there
  Rebuilt rebuilt_;
};

}  // namespace

Rebuilt rebuild_index(Database& database, const std::filesystem::path& packs_folder) {
  return Rebuilder(database, packs_folder).run();
}

}  // namespace mycostr::storage
