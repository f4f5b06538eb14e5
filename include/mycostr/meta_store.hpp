// Port: an ordered map of small values that survives a crash. The daemon's is RocksDB.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/task.hpp"

namespace mycostr {

/// Changes that happen together or not at all, in the order they were added.
struct WriteBatch {
  struct Change {
    std::string key;
    std::optional<std::string> value;  ///< nothing: erase
  };
  std::vector<Change> changes;

  void put(std::string key, std::string value) { changes.push_back({std::move(key), std::move(value)}); }
  void erase(std::string key) { changes.push_back({std::move(key), std::nullopt}); }
  bool empty() const { return changes.empty(); }
};

enum class Durability {
  synced,   ///< survives the loss of power once commit has returned
  buffered  ///< survives the end of the process; the loss of power may undo it, never out of order
};

struct KeyValue {
  std::string key;
  std::string value;
};

struct ScanRequest {
  std::string prefix;        ///< only keys that begin with it
  std::string after;         ///< only keys greater than it (less, when reverse); empty: from the start (end)
  std::size_t limit = 1000;  ///< rows at most
  bool reverse = false;      ///< from the greatest key down
};

/// Loop thread only. Keys (up to 1 KiB) and values (up to 1 MiB) are any bytes, ordered as unsigned bytes. A
/// commit that has returned is seen by every later read. Errors: io, corrupt.
class MetaStore {
 public:
  virtual ~MetaStore() = default;
  virtual Task<Result<std::optional<std::string>>> get(std::string key) = 0;
  virtual Task<Result<std::vector<KeyValue>>> scan(ScanRequest request) = 0;
  /// Not cancellable: returns once done. Concurrent commits share one sync.
  virtual Task<Result<void>> commit(WriteBatch batch, Durability durability) = 0;
};

}  // namespace mycostr
