#include "storage/record.hpp"

#include "storage/crc32c.hpp"
#include "storage/index_rows.hpp"

namespace mycostr::storage {
namespace {

RecordHeader sample() {
  RecordHeader header;
  header.key.owner.bytes.fill(0x11);
  header.key.shard.bytes.fill(0x22);
  header.length = 8192;
  header.sequence = 0x0102030405060708;
  header.data_crc = 0xdeadbeef;
  header.salt.fill(0x33);
  return header;
}

TEST(Crc32c, MatchesTheKnownValue) {
  EXPECT_EQ(crc32c(as_bytes("123456789")), 0xe3069283);
}

TEST(Record, LaysOutTheHeaderAsDocumented) {
  Bytes page(kPageSize, 0xff);
  encode_header(sample(), page);
  const ByteView view(page);
  EXPECT_EQ(as_text(view.first(8)), "MYCOSHD1");
  EXPECT_EQ(to_hex(view.subspan(8, 16)), "00000001000020000102030405060708");
  EXPECT_EQ(to_hex(view.subspan(24, 16)), "33333333333333333333333333333333");
  EXPECT_EQ(view[40], 0x11);
  EXPECT_EQ(view[72], 0x22);
  EXPECT_EQ(read_be32(view.subspan(104, 4)), 0xdeadbeef);
  EXPECT_EQ(read_be32(view.subspan(108, 4)), crc32c(view.first(108)));
  EXPECT_TRUE(std::ranges::all_of(view.subspan(112), [](auto byte) { return byte == 0; }));
}

TEST(Record, ReadsBackWhatItWrote) {
  Bytes page(kPageSize);
  encode_header(sample(), page);
  const auto header = decode_header(page);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->key, sample().key);
  EXPECT_EQ(header->length, 8192U);
  EXPECT_EQ(header->sequence, sample().sequence);
  EXPECT_EQ(header->data_crc, sample().data_crc);
  EXPECT_EQ(header->salt, sample().salt);
}

TEST(Record, RefusesAHeaderWithAnyBitFlipped) {
  Bytes page(kPageSize);
  encode_header(sample(), page);
  for (std::size_t at = 0; at < 112; ++at) {
    page[at] ^= 1;
    EXPECT_FALSE(decode_header(page)) << at;
    page[at] ^= 1;
  }
  EXPECT_TRUE(decode_header(page));
}

TEST(Record, RefusesLengthsThatNoShardHas) {
  for (const std::uint32_t length :
       {0U, 1U, 4095U, 4097U, static_cast<std::uint32_t>(kMaxChunkSize + kLeafSize)}) {
    auto header = sample();
    header.length = length;
    Bytes page(kPageSize);
    encode_header(header, page);
    EXPECT_FALSE(decode_header(page)) << length;
  }
}

TEST(Record, KnowsThePageOfItsOwnPackOnly) {
  Bytes page(kPageSize);
  encode_pack_page(7, sample().salt, page);
  ASSERT_TRUE(decode_pack_page(page));
  EXPECT_EQ(decode_pack_page(page)->salt, sample().salt);
  EXPECT_EQ(decode_pack_page(page)->number, 7U);
  page[20] ^= 1;
  EXPECT_FALSE(decode_pack_page(page));
}

TEST(IndexRows, ReadBackAndRefuseOtherLengths) {
  const Location location{3, 8192, 4096, 99};
  const PackInfo pack{true, 1 << 20, 12345, 3};
  const Totals totals{1, 2, 3, 4};
  EXPECT_EQ(decode_location(encode(location)), location);
  EXPECT_EQ(decode_pack(encode(pack)), pack);
  EXPECT_EQ(decode_totals(encode(totals)), totals);
  EXPECT_EQ(decode_shard_key(shard_row_key(sample().key)), sample().key);
  EXPECT_EQ(decode_pack_key(pack_row_key(kPackRow, 77)), 77U);
  const auto range = decode_range(range_row_key(kFreeRow, {5, 4096, 0}), encode_length(8192));
  ASSERT_TRUE(range);
  EXPECT_EQ(range->pack, 5U);
  EXPECT_EQ(range->length, 8192U);
  EXPECT_FALSE(decode_location(encode(location) + "x"));
  EXPECT_FALSE(decode_pack(""));
  EXPECT_FALSE(decode_totals("short"));
  EXPECT_FALSE(decode_shard_key("s"));
  EXPECT_FALSE(decode_location(encode(Location{3, 8193, 4096, 99})));
  EXPECT_FALSE(decode_location(encode(Location{3, 8192, 4097, 99})));
}

}  // namespace
}  // namespace mycostr::storage
