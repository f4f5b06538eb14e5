#include "storage/pack_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <system_error>

#include "base/buffer.hpp"

namespace mycostr::storage {
namespace {

/// Drops the first `done` bytes.
std::span<iovec> advance(std::span<iovec> pieces, std::size_t done) {
  while (!pieces.empty() && done >= pieces.front().iov_len) {
    done -= pieces.front().iov_len;
    pieces = pieces.subspan(1);
  }
  if (!pieces.empty()) {
    pieces.front().iov_base = static_cast<std::uint8_t*>(pieces.front().iov_base) + done;
    pieces.front().iov_len -= done;
  }
  return pieces;
}

int piece_count(std::span<iovec> pieces) {
  return static_cast<int>(std::min<std::size_t>(pieces.size(), IOV_MAX));
}

/// A system call, again where a signal interrupted it; its value, or -1 with errno.
template <class Call>
auto uninterrupted(Call call) {
  auto value = call();
  while (value < 0 && errno == EINTR) value = call();
  return value;
}

bool is_unsupported(int code) {
  return code == EOPNOTSUPP || code == ENOSYS;
}

}  // namespace

Error PackFile::error(std::string_view what, int code) const {
  const bool no_space = code == ENOSPC || code == EDQUOT || code == EFBIG;
  // No word of the disk's.
  const bool is_process = code == EMFILE || code == ENFILE || code == ENOMEM;
  return {no_space     ? Errc::full
          : is_process ? Errc::overloaded
                       : Errc::io,
          fmt::format("{} {}: {}", what, path_.string(), std::generic_category().message(code))};
}

Result<std::shared_ptr<PackFile>> PackFile::open_with(const std::filesystem::path& path, int flags) {
  int fd = ::open(path.c_str(), flags | O_RDWR | O_CLOEXEC | O_DIRECT, 0600);
  // Some file systems know no direct I/O, and say so only after they have made the file.
  if (fd < 0 && errno == EINVAL) fd = ::open(path.c_str(), (flags & ~O_EXCL) | O_RDWR | O_CLOEXEC, 0600);
  const int code = errno;
  std::shared_ptr<PackFile> file(new PackFile(fd, path));
  if (fd < 0) return std::unexpected(file->error("open", code));
  return file;
}

Result<std::shared_ptr<PackFile>> PackFile::create(const std::filesystem::path& path, std::uint32_t number) {
  auto file = open_with(path, O_CREAT | O_EXCL);
  if (!file) return file;
  if (auto begun = (*file)->begin(number); !begun) {
    ::unlink(path.c_str());  // it is this one's: the next attempt makes it anew
    return std::unexpected(begun.error());
  }
  return file;
}

Result<void> PackFile::begin(std::uint32_t number) {
  PackSalt salt;
  if (::getrandom(salt.data(), salt.size(), 0) != static_cast<ssize_t>(salt.size()))
    return std::unexpected(error("getrandom for", errno));
  salt_ = salt;
  auto page = Buffer::allocate(kPageSize);
  encode_pack_page(number, salt, page.mutable_view());
  iovec piece{page.data(), page.size()};
  if (auto written = write(0, {&piece, 1}); !written) return written;
  return sync();
}

Result<std::shared_ptr<PackFile>> PackFile::open(const std::filesystem::path& path, std::uint32_t number) {
  auto file = open_with(path, 0);
  if (!file) return file;
  auto page = Buffer::allocate(kPageSize);
  const auto read = (*file)->read(0, page.mutable_view());
  if (!read && read.error().code == Errc::overloaded) return std::unexpected(read.error());
  const auto first = read ? decode_pack_page(page.view()) : std::nullopt;
  if (!first) return file;
  if (first->number != number)
    return fail(Errc::corrupt, fmt::format("{} is pack {:08x}", path.string(), first->number));
  (*file)->salt_ = first->salt;
  return file;
}

Result<PackSalt> PackFile::salt() const {
  if (!salt_) return fail(Errc::corrupt, fmt::format("the first page of {} is damaged", path_.string()));
  return *salt_;
}

PackFile::~PackFile() {
  if (fd_ >= 0) ::close(fd_);
}

Result<std::uint64_t> PackFile::size() const {
  struct stat status{};
  if (::fstat(fd_, &status) != 0) return std::unexpected(error("stat", errno));
  return static_cast<std::uint64_t>(status.st_size);
}

Result<void> PackFile::read(std::uint64_t offset, std::span<iovec> into) const {
  while (!into.empty()) {
    const auto done = uninterrupted(
        [&] { return ::preadv(fd_, into.data(), piece_count(into), static_cast<off_t>(offset)); });
    if (done < 0) return std::unexpected(error("read", errno));
    if (done == 0) return fail(Errc::corrupt, fmt::format("{} ends at {}", path_.string(), offset));
    offset += static_cast<std::uint64_t>(done);
    into = advance(into, static_cast<std::size_t>(done));
  }
  return {};
}

Result<void> PackFile::read(std::uint64_t offset, MutableBytes into) const {
  if (into.empty()) return {};
  iovec piece{into.data(), into.size()};
  return read(offset, {&piece, 1});
}

Result<void> PackFile::write(std::uint64_t offset, std::span<iovec> from) {
  while (!from.empty()) {
    const auto done = uninterrupted(
        [&] { return ::pwritev(fd_, from.data(), piece_count(from), static_cast<off_t>(offset)); });
    if (done < 0) return std::unexpected(error("write", errno));
    offset += static_cast<std::uint64_t>(done);
    from = advance(from, static_cast<std::size_t>(done));
  }
  return {};
}

Result<void> PackFile::sync() {
  if (uninterrupted([&] { return ::fdatasync(fd_); }) != 0) return std::unexpected(error("sync", errno));
  return {};
}

Result<void> PackFile::preallocate(std::uint64_t from, std::uint64_t to) {
  const auto length = static_cast<off_t>(to - from);
  if (uninterrupted([&] { return ::fallocate(fd_, 0, static_cast<off_t>(from), length); }) == 0) return {};
  const int code = errno;
  if (is_unsupported(code)) return {};
  // What was allocated before space ran out would be missing elsewhere.
  if (auto shortened = truncate(from); !shortened) return shortened;
  return std::unexpected(error("extend", code));
}

Result<void> PackFile::truncate(std::uint64_t size) {
  if (::ftruncate(fd_, static_cast<off_t>(size)) != 0) return std::unexpected(error("truncate", errno));
  return {};
}

Result<void> PackFile::clear_page(std::uint64_t offset) {
  alignas(kPageSize) static constexpr std::array<std::uint8_t, kPageSize> kZeros{};
  iovec piece{const_cast<std::uint8_t*>(kZeros.data()), kZeros.size()};
  return write(offset, {&piece, 1});
}

Result<void> PackFile::punch(std::uint64_t offset, std::uint64_t length) {
  constexpr int kPunch = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
  const auto punched = uninterrupted(
      [&] { return ::fallocate(fd_, kPunch, static_cast<off_t>(offset), static_cast<off_t>(length)); });
  if (punched == 0 || is_unsupported(errno)) return {};
  return std::unexpected(error("punch", errno));
}

Result<std::optional<std::uint64_t>> PackFile::next_data(std::uint64_t offset) const {
  const auto at = ::lseek(fd_, static_cast<off_t>(offset), SEEK_DATA);
  if (at >= 0) return std::max(offset, static_cast<std::uint64_t>(at) / kPageSize * kPageSize);
  if (errno == ENXIO) return std::nullopt;
  return std::unexpected(error("seek in", errno));
}

}  // namespace mycostr::storage
