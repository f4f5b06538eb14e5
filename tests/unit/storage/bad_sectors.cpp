#include "bad_sectors.hpp"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <numeric>
#include <span>

namespace mycostr::storage {
namespace {

std::atomic<const BadSectors*> bad_sectors = nullptr;

std::uint64_t length_of(std::span<const iovec> pieces) {
  return std::accumulate(pieces.begin(), pieces.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const iovec& piece) { return sum + piece.iov_len; });
}

}  // namespace

BadSectors::BadSectors(const std::filesystem::path& path, std::uint64_t from, std::uint64_t end)
    : from_(from), end_(end) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) std::abort();
  file_ = status.st_ino;
  bad_sectors = this;
}

BadSectors::~BadSectors() {
  bad_sectors = nullptr;
}

bool BadSectors::hit(int fd, std::uint64_t from, std::uint64_t end) const {
  struct stat status{};
  return from < end_ && end > from_ && ::fstat(fd, &status) == 0 && status.st_ino == file_;
}

}  // namespace mycostr::storage

/// In place of the C library's.
extern "C" ssize_t preadv(int fd, const iovec* pieces, int count, off_t offset) {
  const auto* bad = mycostr::storage::bad_sectors.load();
  const auto from = static_cast<std::uint64_t>(offset);
  const auto length = mycostr::storage::length_of({pieces, static_cast<std::size_t>(count)});
  if (bad != nullptr && bad->hit(fd, from, from + length)) {
    errno = EIO;
    return -1;
  }
  return ::syscall(SYS_preadv, fd, pieces, count, offset, 0);
}
