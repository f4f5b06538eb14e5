#include "mycostrd/check_catalog.hpp"

#include <fmt/format.h>

#include "files/catalog_keys.hpp"
#include "files/manifest.hpp"

namespace mycostr {
namespace {

namespace keys = files::keys;
using storage::Family;

constexpr std::size_t kRowsAtOnce = 1000;
constexpr std::string_view kRestore = "restore the database from a copy of before, or delete the file";

class CatalogCheck {
 public:
  explicit CatalogCheck(const storage::Database& database) : database_(database) {}

  std::vector<storage::Problem> run() {
    std::uint64_t count = 0;
    const bool is_read = for_each_row(std::string(keys::kFiles), [&](const KeyValue& row) {
      ++count;
      check_file(row);
    });
    if (is_read) check_count(count);
    return std::move(problems_);
  }

 private:
  void report(std::string what) {
    if (problems_.size() < storage::kMaxProblems)
      problems_.push_back({std::move(what), std::string(kRestore)});
  }

  /// False where not all could be read.
  template <class Each>
  bool for_each_row(std::string prefix, Each each) {
    ScanRequest request{.prefix = std::move(prefix), .after = {}, .limit = kRowsAtOnce};
    for (;;) {
      const auto rows = database_.scan(Family::meta, request);
      if (!rows) {
        report("catalog: " + to_string(rows.error()));
        return false;
      }
      for (const auto& row : *rows) each(row);
      if (rows->size() < kRowsAtOnce) return true;
      request.after = rows->back().key;
    }
  }

  void check_file(const KeyValue& row) {
    const auto id = keys::file_in(row.key, keys::kFiles.size());
    if (!id) return report("catalog: the key of a file is malformed");
    const auto file = files::decode_file(*id, row.value);
    if (!file) return report(fmt::format("file {}: {}", file_id_text(*id), to_string(file.error())));
    std::uint64_t count = 0;
    const auto prefix = keys::with(keys::kChunks, *id);
    const bool is_read = for_each_row(prefix, [&](const KeyValue& chunk) {
      if (chunk.key != keys::chunk(*id, count)) return;
      const auto decoded = files::decode_chunk(count, chunk.value);
      if (!decoded)
        report(fmt::format("file {}, chunk {}: {}", file_id_text(*id), count, to_string(decoded.error())));
      ++count;
    });
    if (is_read && count != file->chunk_count) {
      report(fmt::format("file {}: chunk {} of {} is missing", file_id_text(*id), count, file->chunk_count));
    }
  }

  void check_count(std::uint64_t count) {
    const auto row = database_.get(Family::meta, std::string(keys::kFileCount));
    if (!row) return report("catalog: " + to_string(row.error()));
    const bool is_right = *row ? **row == be64(count) : count == 0;
    if (!is_right) report(fmt::format("catalog: there are {} files, and it counts others", count));
  }

  static std::string be64(std::uint64_t number) {
    std::string text;
    append_be64(text, number);
    return text;
  }

  const storage::Database& database_;
  std::vector<storage::Problem> problems_;
};

}  // namespace

std::vector<storage::Problem> check_catalog(const storage::Database& database) {
  return CatalogCheck(database).run();
}

}  // namespace mycostr
