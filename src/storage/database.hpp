// The one RocksDB of a node: rows of the metadata store, and the index of the shard packs.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "mycostr/meta_store.hpp"

namespace mycostr::storage {

/// The store cannot be opened; the message says why, for the operator.
class OpenError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The value; throws OpenError where there is an error instead.
template <class T>
T require(Result<T> result) {
  if (!result) throw OpenError(to_string(result.error()));
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// Families of rows; a batch touches one of them.
enum class Family { meta, shards };

/// Thread-safe; every call blocks on the disk, so keep it off the loop. Takes about 16 MiB of cache and two 8
/// MiB write buffers per family.
class Database {
 public:
  enum class Missing { create, refuse };

  /// Throws OpenError: another process has it open, it is damaged, it is not there (Missing::refuse).
  Database(const std::filesystem::path& directory, Missing missing);
  /// Makes everything written so far durable, unless a write has failed, then closes.
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Errors: io, corrupt.
  Result<std::optional<std::string>> get(Family family, const std::string& key) const;
  /// Rows in order, as MetaStore::scan. Errors: io, corrupt.
  Result<std::vector<KeyValue>> scan(Family family, const ScanRequest& request) const;
  /// All batches together or none, in order; one sync at most. After an error the batches may still turn up
  /// at the next start. Errors: io, full.
  Result<void> write(Family family, std::span<const WriteBatch* const> batches, Durability durability);
  Result<void> write(Family family, const WriteBatch& batch, Durability durability);

 private:
  struct Handles;
  std::unique_ptr<Handles> handles_;
};

}  // namespace mycostr::storage
