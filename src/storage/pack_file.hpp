// One pack file: aligned reads and writes that bypass the page cache where the file system allows it.
#pragma once

#include <sys/uio.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <span>

#include "base/error.hpp"
#include "storage/record.hpp"

namespace mycostr::storage {

/// Offsets, lengths and addresses are multiples of 4 KiB. Thread-safe, as the system calls are; every call
/// blocks. Errors, unless said otherwise: io, full (no space, or a quota).
class PackFile {
 public:
  /// Makes a file with its first page, durable. It must not exist, and after an error does not.
  static Result<std::shared_ptr<PackFile>> create(const std::filesystem::path& path, std::uint32_t number);
  /// Records can be read though the first page cannot, or is damaged: then there is no salt. Errors: io,
  /// corrupt (it is another pack's file), overloaded (too many open files).
  static Result<std::shared_ptr<PackFile>> open(const std::filesystem::path& path, std::uint32_t number);
  ~PackFile();
  PackFile(const PackFile&) = delete;
  PackFile& operator=(const PackFile&) = delete;

  /// Errors: corrupt (the first page could not be read).
  Result<PackSalt> salt() const;
  Result<std::uint64_t> size() const;
  /// Fills `into` whole, and changes the span's elements. Errors: io, corrupt (the file ends before).
  Result<void> read(std::uint64_t offset, std::span<iovec> into) const;
  Result<void> read(std::uint64_t offset, MutableBytes into) const;
  /// Writes `from` whole, and changes the span's elements.
  Result<void> write(std::uint64_t offset, std::span<iovec> from);
  /// What has been written, punched and truncated so far survives the loss of power.
  Result<void> sync();
  /// Extends the file with blocks that read as zeros. Where the system cannot, writes extend the file.
  Result<void> preallocate(std::uint64_t from, std::uint64_t to);
  Result<void> truncate(std::uint64_t size);
  /// Zeroes the page at `offset`.
  Result<void> clear_page(std::uint64_t offset);
  /// Gives blocks back, so that they read as zeros; where the file system cannot, does nothing.
  Result<void> punch(std::uint64_t offset, std::uint64_t length);
  /// The first page at or after `offset` that is not in a hole; nothing: only holes follow.
  Result<std::optional<std::uint64_t>> next_data(std::uint64_t offset) const;

 private:
  PackFile(int fd, std::filesystem::path path) : fd_(fd), path_(std::move(path)) {}
  static Result<std::shared_ptr<PackFile>> open_with(const std::filesystem::path& path, int flags);
  Result<void> begin(std::uint32_t number);
  Error error(std::string_view what, int code) const;

  const int fd_;
  const std::filesystem::path path_;
  std::optional<PackSalt> salt_;
};

}  // namespace mycostr::storage
