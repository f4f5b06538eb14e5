#include <fmt/format.h>

#include <map>
#include <set>

#include "storage/check.hpp"
#include "storage/pack_files.hpp"
#include "storage/pack_scanner.hpp"
#include "storage/shard_index.hpp"

namespace mycostr::storage {
namespace {

constexpr std::size_t kRowsAtOnce = 1000;
constexpr std::string_view kRebuild = "rebuild the index from the packs";
constexpr std::string_view kRepair = "remove the shard, or restore its pack; its owner repairs it elsewhere";
constexpr std::string_view kRestoreDatabase = "restore the database from a copy of before";

class Verifier {
 public:
  Verifier(const Database& database, const std::filesystem::path& folder, bool read_data)
      : database_(database), files_(folder), read_data_(read_data) {}

  std::vector<Problem> run() {
    read_metadata();
    if (!read_counters()) return std::move(problems_);
    check_files();
    check_rows();
    check_sums();
    return std::move(problems_);
  }

 private:
  void report(std::string what, std::string_view what_to_do) {
    if (problems_.size() < kMaxProblems) problems_.push_back({std::move(what), std::string(what_to_do)});
  }

  /// The database compares the checksum of each block that it reads.
  void read_metadata() {
    ScanRequest request{.prefix = {}, .after = {}, .limit = kRowsAtOnce};
    for (;;) {
      const auto rows = database_.scan(Family::meta, request);
      if (!rows) return report("metadata: " + to_string(rows.error()), kRestoreDatabase);
      if (rows->size() < kRowsAtOnce) return;
      request.after = rows->back().key;
    }
  }

  std::optional<std::string> row(char kind) {
    return require(database_.get(Family::shards, std::string(1, kind)));
  }

  /// Pages of rows of a kind to `each`.
  template <class Each>
  void for_each_row(char kind, Each each) {
    ScanRequest request{.prefix = std::string(1, kind), .after = {}, .limit = kRowsAtOnce};
    for (;;) {
      const auto rows = database_.scan(Family::shards, request);
      if (!rows) return report(to_string(rows.error()), kRebuild);
      for (const auto& found : *rows) each(found);
      if (rows->size() < kRowsAtOnce) return;
      request.after = rows->back().key;
    }
  }

  /// Whether there is anything to compare with.
  bool read_counters() {
    if (row(kRebuildRow)) {
      report("rebuilding the index was cut short", kRebuild);
      return false;
    }
    const auto totals_row = row(kTotalsRow);
    if (!totals_row) {
      if (!require(files_.list()).empty()) report("there are packs but the index is empty", kRebuild);
      return false;
    }
    const auto totals = decode_totals(*totals_row);
    if (!totals) report("the row of totals is malformed", kRebuild);
    totals_ = totals.value_or(Totals());
    for_each_row(kPackRow, [this](const KeyValue& found) {
      const auto number = decode_pack_key(found.key);
      const auto info = decode_pack(found.value);
      if (number && info) packs_[*number] = *info;
      if (!number || !info) report("the row of a pack is malformed", kRebuild);
    });
    for_each_row(kRetiredRow, [this](const KeyValue& found) {
      if (const auto number = decode_pack_key(found.key)) retired_.insert(*number);
    });
    return totals.has_value();
  }

  void check_files() {
    std::set<std::uint32_t> there;
    for (const auto number : require(files_.list())) {
      there.insert(number);
      const bool known = packs_.contains(number) || retired_.contains(number);
      if (known || require(files_.size_on_disk(number)) <= kPageSize) continue;
      report(fmt::format("{} is not in the index", files_.path_of(number).string()), kRebuild);
    }
    for (const auto& [number, info] : packs_) {
      if (there.contains(number)) {
        check_first_page(number);
        continue;
      }
      report(fmt::format("{} is missing", files_.path_of(number).string()),
             "restore the file, or rebuild the index without it");
    }
  }

  void check_first_page(std::uint32_t number) {
    const auto file = files_.open(number);
    const auto salt = file ? (*file)->salt() : std::unexpected(file.error());
    if (!salt) {
      report(to_string(salt.error()),
             "its shards can be read, but a rebuilt index would be without them: restore the file");
    }
  }

  void check_rows() {
    for_each_row(kShardRow, [this](const KeyValue& found) {
      const auto key = decode_shard_key(found.key);
      const auto location = decode_location(found.value);
      if (!key || !location) return report("the row of a shard is malformed", kRebuild);
      auto& sum = sums_[location->pack];
      sum.live_bytes += record_size(location->length);
      ++sum.live_records;
      check_record(*key, *location);
    });
  }

  void check_record(const ShardKey& key, const Location& at) {
    const auto name = fmt::format("shard {} of owner {}", key.shard.hex(), short_hex(key.owner.view()));
    if (!packs_.contains(at.pack))
      return report(name + " lies in a pack that the index does not know", kRebuild);
    const auto file = files_.open(at.pack);
    if (!file) return report(name + ": " + to_string(file.error()), kRepair);
    auto page = Buffer::allocate(kPageSize);
    if (const auto read = (*file)->read(at.offset, page.mutable_view()); !read) {
      return report(name + ": " + to_string(read.error()), kRepair);
    }
    const auto header = decode_header(page.view());
    const auto salt = (*file)->salt();
    if (!header || (salt && header->salt != *salt) || header->key != key || header->length != at.length ||
        header->sequence != at.sequence) {
      return report(name + ": its record's header is damaged or another's", kRepair);
    }
    if (!read_data_) return;
    const auto data = read_record_data(**file, {at.offset, *header});
    if (!data) report(name + ": " + to_string(data.error()), kRepair);
  }

  void check_sums() {
    Totals sum;
    for (const auto& [number, found] : sums_) {
      sum.used += found.live_bytes;
      sum.shards += found.live_records;
    }
    if (sum.used != totals_.used || sum.shards != totals_.shards) {
      report(fmt::format("the counters say {} bytes in {} shards, the rows {} in {}", totals_.used,
                         totals_.shards, sum.used, sum.shards),
             kRebuild);
    }
    for (const auto& [number, info] : packs_) {
      const auto& found = sums_[number];
      if (found.live_bytes == info.live_bytes && found.live_records == info.live_records) continue;
      report(fmt::format("the counters of pack {:08x} are not the sums of its rows", number), kRebuild);
    }
  }

  const Database& database_;
  PackFiles files_;
  const bool read_data_;
  Totals totals_;
  std::map<std::uint32_t, PackInfo> packs_;
  std::map<std::uint32_t, PackInfo> sums_;
  std::set<std::uint32_t> retired_;
  std::vector<Problem> problems_;
};

}  // namespace

std::vector<Problem> verify(const Database& database, const std::filesystem::path& packs_folder,
                            bool read_data) {
  return Verifier(database, packs_folder, read_data).run();
}

}  // namespace mycostr::storage
