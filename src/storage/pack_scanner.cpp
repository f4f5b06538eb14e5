#include "storage/pack_scanner.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "storage/crc32c.hpp"

namespace mycostr::storage {
namespace {
constexpr std::uint64_t kWindow = 64 << 10;
}

PackScanner::PackScanner(const PackFile& file, const PackSalt& salt, std::uint64_t from, std::uint64_t end)
    : file_(file),
      salt_(salt),
      end_(end / kPageSize * kPageSize),
      position_(from),
      window_(Buffer::allocate(kWindow)) {}

Result<void> PackScanner::fill_window() {
  const auto size = std::min(position_ < singly_until_ ? kPageSize : kWindow, end_ - position_);
  window_at_ = position_;
  window_size_ = 0;
  if (auto read = file_.read(window_at_, window_.mutable_view().first(size)); !read) return read;
  window_size_ = size;
  return {};
}

Result<ByteView> PackScanner::page_at_position() {
  if (position_ < window_at_ || position_ >= window_at_ + window_size_) {
    auto filled = fill_window();
    if (!filled && filled.error().code == Errc::io && position_ >= singly_until_) {
      singly_until_ = position_ + kWindow;
      filled = fill_window();
    }
    if (!filled) return std::unexpected(filled.error());
  }
  return window_.view().subspan(position_ - window_at_, kPageSize);
}

Result<std::optional<FoundRecord>> PackScanner::next_adjacent() {
  if (position_ >= end_) return std::nullopt;
  const auto page = page_at_position();
  if (!page) return std::unexpected(page.error());
  const auto header = decode_header(*page);
  if (!header || header->salt != salt_) return std::nullopt;
  const FoundRecord found{position_, *header};
  if (found.end() > end_) return std::nullopt;
  position_ = found.end();
  return found;
}

Result<void> PackScanner::skip_page() {
  position_ += kPageSize;
  if (position_ >= end_ || position_ < window_at_ + window_size_) return {};
  const auto data = file_.next_data(position_);
  if (!data) return std::unexpected(data.error());
  position_ = std::min(end_, data->value_or(end_));
  return {};
}

Result<std::optional<FoundRecord>> PackScanner::next() {
  while (position_ < end_) {
    auto found = next_adjacent();
    if (!found || *found) return found;
    if (auto skipped = skip_page(); !skipped) return std::unexpected(skipped.error());
  }
  return std::nullopt;
}

Result<Buffer> read_record_data(const PackFile& file, const FoundRecord& record) {
  auto data = Buffer::allocate(record.header.length);
  if (auto read = file.read(record.offset + kPageSize, data.mutable_view()); !read) {
    return std::unexpected(read.error());
  }
  if (crc32c(data.view()) != record.header.data_crc) {
    return fail(Errc::corrupt, fmt::format("the bytes of shard {} are not those written",
                                           short_hex(record.header.key.shard.view())));
  }
  return data;
}

}  // namespace mycostr::storage
