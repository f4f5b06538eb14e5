// The folder of packs: names, and a bounded number of open files.
#pragma once

#include <list>
#include <map>
#include <mutex>
#include <vector>

#include "storage/pack_file.hpp"

namespace mycostr::storage {

/// Files "<8 hex digits>.pack". Thread-safe; every call blocks.
class PackFiles {
 public:
  static constexpr std::size_t kMaxOpen = 256;

  /// Makes the folder where it is missing, durable with its name. Throws OpenError.
  explicit PackFiles(std::filesystem::path folder);

  /// Numbers of the packs there are, ascending; other files are ignored. Errors: io.
  Result<std::vector<std::uint32_t>> list() const;
  /// A new pack, durable with its name. Errors: io, full.
  Result<std::shared_ptr<PackFile>> create(std::uint32_t number);
  /// Stays usable after remove(). Errors: io, corrupt.
  Result<std::shared_ptr<PackFile>> open(std::uint32_t number);
  /// Durable; what is not there counts as removed. Errors: io.
  Result<void> remove(std::uint32_t number);
  /// Errors: io.
  Result<std::uint64_t> size_on_disk(std::uint32_t number) const;
  /// What this user may still write to the file system. Errors: io.
  Result<ByteCount> disk_free() const;
  std::filesystem::path path_of(std::uint32_t number) const;

 private:
  void keep(std::uint32_t number, std::shared_ptr<PackFile> file);

  struct Open {
    std::shared_ptr<PackFile> file;
    std::list<std::uint32_t>::iterator use;
  };
  const std::filesystem::path folder_;
  std::mutex mutex_;
  std::map<std::uint32_t, Open> open_;
  std::list<std::uint32_t> uses_;  // latest first
};

}  // namespace mycostr::storage
