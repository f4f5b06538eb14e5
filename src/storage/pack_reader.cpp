#include "storage/pack_reader.hpp"

#include <fmt/format.h>

namespace mycostr::storage {
namespace {

constexpr int kMaxLookups = 4;  // each further one means that the shard has been moved once more

bool is_header_of(ByteView page, const ShardKey& key, const Location& at) {
  const auto header = decode_header(page);
  return header && header->key == key && header->length == at.length && header->sequence == at.sequence;
}

}  // namespace

Result<Location> PackReader::locate(const ShardKey& key) const {
  const auto found = index_.find(key);
  if (!found) return std::unexpected(found.error());
  if (!*found) return fail(Errc::not_found, fmt::format("no shard {}", short_hex(key.shard.view())));
  return **found;
}

template <class Read>
Result<Buffer> PackReader::read_stable(const ShardKey& key, Read read) const {
  for (int lookup = 0; lookup < kMaxLookups; ++lookup) {
    const auto before = locate(key);
    if (!before) return std::unexpected(before.error());
    auto data = read(*before);
    const auto after = locate(key);
    if (!after) return std::unexpected(after.error());
    if (*after == *before) return data;
  }
  return fail(Errc::io, fmt::format("shard {} is being moved again and again", short_hex(key.shard.view())));
}

Result<Buffer> PackReader::read_record(const ShardKey& key, const Location& at) const {
  const auto file = files_.open(at.pack);
  if (!file) return std::unexpected(file.error());
  auto page = Buffer::allocate(kPageSize);
  auto data = Buffer::allocate(at.length);
  iovec pieces[] = {{page.data(), page.size()}, {data.data(), data.size()}};
  if (const auto read = (*file)->read(at.offset, pieces); !read) return std::unexpected(read.error());
  if (!is_header_of(page.view(), key, at)) {
    return fail(Errc::corrupt, fmt::format("the record of shard {} is damaged", short_hex(key.shard.view())));
  }
  return data;
}

Result<Buffer> PackReader::read_all(const ShardKey& key) const {
  return read_stable(key, [&](const Location& at) { return read_record(key, at); });
}

Result<Buffer> PackReader::read_part(const ShardKey& key, std::uint64_t offset, std::uint64_t length) const {
  if (offset % kLeafSize != 0 || length % kLeafSize != 0) return fail(Errc::invalid, "not whole leaves");
  return read_stable(key, [&](const Location& at) -> Result<Buffer> {
    if (offset > at.length || length > at.length - offset)
      return fail(Errc::invalid, "beyond the shard's end");
    const auto file = files_.open(at.pack);
    if (!file) return std::unexpected(file.error());
    auto data = Buffer::allocate(length);
    const auto read = (*file)->read(at.data_offset() + offset, data.mutable_view());
    if (!read) return std::unexpected(read.error());
    return data;
  });
}

}  // namespace mycostr::storage
