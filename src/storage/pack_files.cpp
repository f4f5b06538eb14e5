#include "storage/pack_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <system_error>

#include "storage/database.hpp"

namespace mycostr::storage {
namespace {

std::optional<std::uint32_t> number_of(const std::string& name) {
  std::uint32_t number = 0;
  const auto* end = name.data() + 8;
  if (name.size() != 13 || !name.ends_with(".pack")) return std::nullopt;
  if (std::from_chars(name.data(), end, number, 16).ptr != end) return std::nullopt;
  return number;
}

Error io_error(std::string_view what, const std::filesystem::path& path, const std::error_code& code) {
  return {Errc::io, fmt::format("{} {}: {}", what, path.string(), code.message())};
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = fd >= 0 && ::fsync(fd) == 0;
  const std::error_code code(errno, std::generic_category());
  if (fd >= 0) ::close(fd);
  if (!synced) return std::unexpected(io_error("sync", folder, code));
  return {};
}

}  // namespace

PackFiles::PackFiles(std::filesystem::path folder) : folder_(std::move(folder)) {
  std::error_code code;
  std::filesystem::create_directories(folder_, code);
  if (code) throw OpenError(fmt::format("cannot make {}: {}", folder_.string(), code.message()));
  // Each time: whether an earlier start got this far nobody knows.
  require(sync_folder(folder_.parent_path()));
}

std::filesystem::path PackFiles::path_of(std::uint32_t number) const {
  return folder_ / fmt::format("{:08x}.pack", number);
}

Result<std::vector<std::uint32_t>> PackFiles::list() const {
  std::vector<std::uint32_t> numbers;
  std::error_code code;
  for (auto it = std::filesystem::directory_iterator(folder_, code);
       !code && it != std::filesystem::directory_iterator(); it.increment(code)) {
    if (const auto number = number_of(it->path().filename().string())) numbers.push_back(*number);
  }
  if (code) return std::unexpected(io_error("list", folder_, code));
  std::ranges::sort(numbers);
  return numbers;
}

Result<std::shared_ptr<PackFile>> PackFiles::create(std::uint32_t number) {
  auto file = PackFile::create(path_of(number), number);
  if (!file) return file;
  if (auto synced = sync_folder(folder_); !synced) {
    std::error_code ignored;  // the next attempt, or the next start, tries again
    std::filesystem::remove(path_of(number), ignored);
    return std::unexpected(synced.error());
  }
  std::lock_guard lock(mutex_);
  keep(number, *file);
  return file;
}

Result<std::shared_ptr<PackFile>> PackFiles::open(std::uint32_t number) {
  // Held while the file is opened: a pack removed meanwhile would stay open, and its blocks allocated.
  std::lock_guard lock(mutex_);
  if (const auto known = open_.find(number); known != open_.end()) {
    uses_.splice(uses_.begin(), uses_, known->second.use);
    return known->second.file;
  }
  auto file = PackFile::open(path_of(number), number);
  if (file) keep(number, *file);
  return file;
}

void PackFiles::keep(std::uint32_t number, std::shared_ptr<PackFile> file) {
  if (open_.size() == kMaxOpen) {
    open_.erase(uses_.back());
    uses_.pop_back();
  }
  uses_.push_front(number);
  open_[number] = {std::move(file), uses_.begin()};
}

Result<void> PackFiles::remove(std::uint32_t number) {
  {
    std::lock_guard lock(mutex_);
    std::error_code code;
    std::filesystem::remove(path_of(number), code);
    if (code) return std::unexpected(io_error("remove", path_of(number), code));
    if (const auto known = open_.find(number); known != open_.end()) {
      uses_.erase(known->second.use);
      open_.erase(known);
    }
  }
  return sync_folder(folder_);
}

Result<std::uint64_t> PackFiles::size_on_disk(std::uint32_t number) const {
  std::error_code code;
  const auto size = std::filesystem::file_size(path_of(number), code);
  if (code) return std::unexpected(io_error("stat", path_of(number), code));
  return size;
}

Result<ByteCount> PackFiles::disk_free() const {
  std::error_code code;
  const auto space = std::filesystem::space(folder_, code);
  if (code) return std::unexpected(io_error("look at", folder_, code));
  return ByteCount{space.available};
}

}  // namespace mycostr::storage
