// Parts of a file that cannot be read, as a disk has them that grows old.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>

namespace mycostr::storage {

/// For as long as it lives, preadv() of anything in [from, end) of the file fails in this process. One at a
/// time.
class BadSectors {
 public:
  BadSectors(const std::filesystem::path& path, std::uint64_t from, std::uint64_t end);
  ~BadSectors();
  BadSectors(const BadSectors&) = delete;
  BadSectors& operator=(const BadSectors&) = delete;

  bool hit(int fd, std::uint64_t from, std::uint64_t end) const;

 private:
  ino_t file_ = 0;
  const std::uint64_t from_;
  const std::uint64_t end_;
};

}  // namespace mycostr::storage
