#include "storage/database.hpp"

#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdarg>
#include <cstdio>

#include "base/log.hpp"

namespace mycostr::storage {
namespace {

constexpr std::size_t kBlockCache = 16 << 20;
constexpr std::size_t kWriteBuffer = 8 << 20;
constexpr std::uint64_t kMaxWal = 64 << 20;
constexpr int kMaxOpenFiles = 256;

rocksdb::ColumnFamilyOptions family_options(const std::shared_ptr<rocksdb::Cache>& cache, bool compress) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.cache_index_and_filter_blocks = true;  // otherwise they grow outside the cache with the data
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.whole_key_filtering = true;
  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.write_buffer_size = kWriteBuffer;
  options.max_write_buffer_number = 2;
  options.compression = compress ? rocksdb::kLZ4Compression : rocksdb::kNoCompression;
  options.level_compaction_dynamic_level_bytes = true;
  return options;
}

/// In place of RocksDB's own file, which ends the process once it cannot grow.
class DatabaseLog final : public rocksdb::Logger {
 public:
  DatabaseLog() : Logger(rocksdb::WARN_LEVEL) {}
  using Logger::Logv;
  void Logv(const char* format, va_list values) override {
    std::array<char, 512> text{};
    std::vsnprintf(text.data(), text.size(), format, values);
    log(LogLevel::warn, "storage", "index database: {}", text.data());
  }
  /// The options, each time.
  void LogHeader(const char*, va_list) override {}
};

rocksdb::DBOptions database_options(bool create) {
  rocksdb::DBOptions options;
  options.create_if_missing = create;
  options.create_missing_column_families = true;
  options.max_background_jobs = 2;
  options.max_open_files = kMaxOpenFiles;
  options.max_total_wal_size = kMaxWal;
  options.info_log = std::make_shared<DatabaseLog>();
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  return options;
}

Error to_error(const rocksdb::Status& status) {
  const auto code = status.IsCorruption() ? Errc::corrupt : status.IsNoSpace() ? Errc::full : Errc::io;
  return {code, "index database: " + status.ToString()};
}

/// The least key greater than every key that begins with `prefix`; empty where there is none.
std::string end_of_prefix(std::string prefix) {
  while (!prefix.empty() && static_cast<std::uint8_t>(prefix.back()) == 0xff) prefix.pop_back();
  if (!prefix.empty()) prefix.back() = static_cast<char>(static_cast<std::uint8_t>(prefix.back()) + 1);
  return prefix;
}

void seek_forward(rocksdb::Iterator& rows, const ScanRequest& request) {
  rows.Seek(std::max(request.prefix, request.after));
  if (rows.Valid() && !request.after.empty() && rows.key() == request.after) rows.Next();
}

void seek_reverse(rocksdb::Iterator& rows, const ScanRequest& request) {
  auto below = end_of_prefix(request.prefix);
  if (!request.after.empty() && (below.empty() || request.after < below)) below = request.after;
  if (below.empty()) {
    rows.SeekToLast();
    return;
  }
  rows.SeekForPrev(below);
  if (rows.Valid() && rows.key() == below) rows.Prev();
}

}  // namespace

struct Database::Handles {
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> families;  // default, meta, shards
  std::atomic<bool> has_failed = false;                // to write: syncing the log then ends the process

  rocksdb::ColumnFamilyHandle* of(Family family) const { return families[family == Family::meta ? 1 : 2]; }
};

Database::Database(const std::filesystem::path& directory, Missing missing)
    : handles_(std::make_unique<Handles>()) {
  if (missing == Missing::create) {
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error) throw OpenError(fmt::format("cannot make {}: {}", directory.string(), error.message()));
  }
  const auto cache = rocksdb::NewLRUCache(kBlockCache);
  const std::vector<rocksdb::ColumnFamilyDescriptor> families = {
      {rocksdb::kDefaultColumnFamilyName, family_options(cache, false)},
      {"meta", family_options(cache, true)},
      {"shards", family_options(cache, false)}};
  rocksdb::DB* opened = nullptr;
  const auto status = rocksdb::DB::Open(database_options(missing == Missing::create), directory.string(),
                                        families, &handles_->families, &opened);
  if (status.ok()) {
    handles_->db.reset(opened);
    return;
  }
  const auto reason = status.ToString();
  if (reason.find("lock") != std::string::npos && status.IsIOError()) {
    throw OpenError(fmt::format("{} is in use by another process ({})", directory.string(), reason));
  }
  throw OpenError(fmt::format("cannot open the database in {}: {}", directory.string(), reason));
}

Database::~Database() {
  auto& db = *handles_->db;
  const auto synced = handles_->has_failed ? rocksdb::Status::OK() : db.SyncWAL();
  if (!synced.ok()) log(LogLevel::error, "storage", "last sync failed: {}", synced.ToString());
  for (auto* family : handles_->families) db.DestroyColumnFamilyHandle(family);
  if (const auto status = db.Close(); !status.ok()) {
    log(LogLevel::error, "storage", "closing failed: {}", status.ToString());
  }
}

Result<std::optional<std::string>> Database::get(Family family, const std::string& key) const {
  std::string value;
  const auto status = handles_->db->Get(rocksdb::ReadOptions(), handles_->of(family), key, &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return std::unexpected(to_error(status));
  return value;
}

Result<std::vector<KeyValue>> Database::scan(Family family, const ScanRequest& request) const {
  std::vector<KeyValue> found;
  const std::unique_ptr<rocksdb::Iterator> rows(
      handles_->db->NewIterator(rocksdb::ReadOptions(), handles_->of(family)));
  request.reverse ? seek_reverse(*rows, request) : seek_forward(*rows, request);
  while (found.size() < request.limit && rows->Valid() && rows->key().starts_with(request.prefix)) {
    found.push_back({rows->key().ToString(), rows->value().ToString()});
    request.reverse ? rows->Prev() : rows->Next();
  }
  if (!rows->status().ok()) return std::unexpected(to_error(rows->status()));
  return found;
}

Result<void> Database::write(Family family, std::span<const WriteBatch* const> batches,
                             Durability durability) {
  rocksdb::WriteBatch rows;
  auto* handle = handles_->of(family);
  for (const auto* batch : batches) {
    for (const auto& change : batch->changes) {
      const auto added =
          change.value ? rows.Put(handle, change.key, *change.value) : rows.Delete(handle, change.key);
      if (!added.ok()) return std::unexpected(to_error(added));
    }
  }
  rocksdb::WriteOptions options;
  options.sync = durability == Durability::synced;
  const auto status = handles_->db->Write(options, &rows);
  if (status.ok()) return {};
  handles_->has_failed = true;
  return std::unexpected(to_error(status));
}

Result<void> Database::write(Family family, const WriteBatch& batch, Durability durability) {
  const WriteBatch* one[] = {&batch};
  return write(family, one, durability);
}

}  // namespace mycostr::storage
