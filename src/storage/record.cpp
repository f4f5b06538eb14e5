#include "storage/record.hpp"

#include <algorithm>

#include "storage/crc32c.hpp"

namespace mycostr::storage {
namespace {

constexpr std::string_view kRecordMagic = "MYCOSHD1";
constexpr std::string_view kPackMagic = "MYCOPCK1";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kHeaderCrcAt = 108;  // the CRC covers what is before it
constexpr std::size_t kPackCrcAt = 32;

void fill(std::string text, MutableBytes page) {
  append_be32(text, crc32c(as_bytes(text)));
  std::ranges::fill(page, std::uint8_t{0});
  std::ranges::copy(as_bytes(text), page.begin());
}

bool is_whole(ByteView page, std::string_view magic, std::size_t crc_at) {
  return as_text(page.first(magic.size())) == magic && read_be32(page.subspan(8, 4)) == kVersion &&
         read_be32(page.subspan(crc_at, 4)) == crc32c(page.first(crc_at));
}

PackSalt read_salt(ByteView bytes) {
  PackSalt salt;
  std::ranges::copy(bytes.first(salt.size()), salt.begin());
  return salt;
}

}  // namespace

void encode_header(const RecordHeader& header, MutableBytes page) {
  std::string text(kRecordMagic);
  append_be32(text, kVersion);
  append_be32(text, header.length);
  append_be64(text, header.sequence);
  text += as_text(header.salt);
  text += header.key.owner.text();
  text += header.key.shard.text();
  append_be32(text, header.data_crc);
  fill(std::move(text), page);
}

std::optional<RecordHeader> decode_header(ByteView page) {
  if (!is_whole(page, kRecordMagic, kHeaderCrcAt)) return std::nullopt;
  RecordHeader header;
  header.length = read_be32(page.subspan(12, 4));
  header.sequence = read_be64(page.subspan(16, 8));
  header.salt = read_salt(page.subspan(24));
  header.key.owner = *NodeId::from(page.subspan(40, NodeId::kSize));
  header.key.shard = *ShardId::from(page.subspan(72, ShardId::kSize));
  header.data_crc = read_be32(page.subspan(104, 4));
  if (!is_shard_length(header.length)) return std::nullopt;
  return header;
}

void encode_pack_page(std::uint32_t number, const PackSalt& salt, MutableBytes page) {
  std::string text(kPackMagic);
  append_be32(text, kVersion);
  append_be32(text, number);
  text += as_text(salt);
  fill(std::move(text), page);
}

std::optional<PackPage> decode_pack_page(ByteView page) {
  if (!is_whole(page, kPackMagic, kPackCrcAt)) return std::nullopt;
  return PackPage{read_be32(page.subspan(12, 4)), read_salt(page.subspan(16))};
}

}  // namespace mycostr::storage
