#include "base/bytes.hpp"

#include <gtest/gtest.h>

#include "base/ids.hpp"
#include "support/seeded_random.hpp"

namespace mycostr {
namespace {

TEST(Hex, WritesLowerCase) {
  EXPECT_EQ(to_hex(Bytes{0x00, 0x0f, 0xa5, 0xff}), "000fa5ff");
  EXPECT_EQ(to_hex({}), "");
}

TEST(Hex, ReadsExactlyWhatItWrites) {
  test::SeededRandom random(1);
  for (std::size_t size = 0; size < 40; ++size) {
    const auto bytes = random.bytes(size);
    Bytes back(size);
    EXPECT_TRUE(from_hex(to_hex(bytes), back));
    EXPECT_EQ(back, bytes);
  }
}

TEST(Hex, RefusesOtherText) {
  Bytes out(2);
  for (const std::string_view text :
       {"", "a5f", "a5ff0", "a5ff00", "A5ff", "a5fF", "a5fg", "a5 f", "0xa5", " a5f"}) {
    EXPECT_FALSE(from_hex(text, out)) << text;
  }
  EXPECT_FALSE(from_hex(std::string_view("a5f\0", 4), out));
}

TEST(Base32, WritesRfc4648InLowerCaseWithoutPadding) {
  const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                   {"f", "my"},
                                                                   {"fo", "mzxq"},
                                                                   {"foo", "mzxw6"},
                                                                   {"foob", "mzxw6yq"},
                                                                   {"fooba", "mzxw6ytb"},
                                                                   {"foobar", "mzxw6ytboi"}};
  for (const auto& [plain, text] : vectors) {
    EXPECT_EQ(to_base32(as_bytes(plain)), text);
    Bytes back(plain.size());
    EXPECT_TRUE(from_base32(text, back)) << text;
    EXPECT_EQ(as_text(back), plain);
  }
}

TEST(Base32, RoundTripsEveryLength) {
  test::SeededRandom random(2);
  for (std::size_t size = 0; size < 40; ++size) {
    const auto bytes = random.bytes(size);
    Bytes back(size);
    EXPECT_TRUE(from_base32(to_base32(bytes), back));
    EXPECT_EQ(back, bytes);
  }
}

TEST(Base32, RefusesOtherText) {
  Bytes out(2);
  for (const std::string_view text : {"", "mzx", "mzxqa", "MZXQ", "mzx1", "mzx8", "mz q", "mzx=", "mzxq="}) {
    EXPECT_FALSE(from_base32(text, out)) << text;
  }
}

TEST(Base32, RefusesTrailingBitsThatAreNotZero) {
  Bytes out(2);
  // "q" is 10000: the last four bits lie beyond the second byte.
  EXPECT_TRUE(from_base32("mzxq", out));
  for (const std::string_view text : {"mzxr", "mzxs", "mzxu", "mzxy"})
    EXPECT_FALSE(from_base32(text, out)) << text;
}

TEST(Base32, HasOneTextPerFileId) {
  const auto text = file_id_text(FileId{});
  EXPECT_EQ(text, std::string(26, 'a'));
  int accepted = 0;
  for (const char last : std::string_view("abcdefghijklmnopqrstuvwxyz234567")) {
    auto other = text;
    other.back() = last;
    const auto id = parse_file_id(other);
    if (!id) continue;
    ++accepted;
    EXPECT_EQ(file_id_text(*id), other);
  }
  EXPECT_EQ(accepted, 8);  // 130 bits of text, 128 of id
}

TEST(BigEndian, IsWhatKeysAreOrderedBy) {
  std::string text;
  append_be64(text, 0x0102030405060708);
  append_be32(text, 0xfffefdfc);
  EXPECT_EQ(to_hex(as_bytes(text)), "0102030405060708fffefdfc");
  EXPECT_EQ(read_be64(as_bytes(text).first(8)), 0x0102030405060708U);
  EXPECT_EQ(read_be32(as_bytes(text).subspan(8)), 0xfffefdfcU);
  std::string small;
  std::string large;
  append_be64(small, 255);
  append_be64(large, 256);
  EXPECT_LT(small, large);
}

TEST(FixedBytes, TakesItsLengthOnly) {
  EXPECT_FALSE(NodeId::from(Bytes(31)));
  EXPECT_FALSE(NodeId::from(Bytes(33)));
  EXPECT_EQ(NodeId::from(Bytes(32)), NodeId{});
  EXPECT_FALSE(NodeId::from_hex(std::string(63, '0')));
  EXPECT_FALSE(NodeId::from_hex(std::string(66, '0')));
  const auto id = NodeId::from_hex(std::string(62, '0') + "7f");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->bytes[31], 0x7f);
  EXPECT_EQ(NodeId::from_hex(id->hex()), id);
}

TEST(FixedBytes, AreOrderedAsUnsignedBytes) {
  const auto low = *NodeId::from_hex(std::string(64, '7'));
  const auto high = *NodeId::from_hex(std::string(64, '8'));
  EXPECT_LT(low, high);
  EXPECT_LT(low.text(), high.text());
}

TEST(ShortHex, IsTheFirstEightDigits) {
  EXPECT_EQ(short_hex(Bytes{1, 2, 3, 4, 5}), "01020304");
  EXPECT_EQ(short_hex(Bytes{1}), "01");
}

}  // namespace
}  // namespace mycostr
