#include "api/header_value.hpp"

#include <gtest/gtest.h>

#include "api/text.hpp"

namespace mycostr::api {
namespace {

TEST(HeaderValue, TakesParametersApart) {
  const auto got = parse_header_value("Form-Data; name=\"file\" ;FileName=\"a \\\"b\\\\c; d.txt\"; x=1;");
  ASSERT_TRUE(got);
  EXPECT_EQ(got->value, "form-data");
  EXPECT_EQ(*got->find("name"), "file");
  EXPECT_EQ(*got->find("filename"), "a \"b\\c; d.txt");
  EXPECT_EQ(*got->find("x"), "1");
  EXPECT_EQ(got->find("y"), nullptr);
}

TEST(HeaderValue, KeepsPlainBackslashes) {
  EXPECT_EQ(*parse_header_value("a; f=\"C:\\dir\\new.txt\"")->find("f"), "C:\\dir\\new.txt");
}

TEST(HeaderValue, RefusesWhatIsMalformed) {
  for (const auto* text : {"a; b", "a; b=\"open", "a; b=\"x\" y", "a; =1", "a; b=1; b=2", "a; B=1; b=2",
                           "a; b=\"\n\"", "a; b=", "a; b c=1", "a; b=\"x\\", "a; b=x\x01"}) {
    EXPECT_FALSE(parse_header_value(text)) << text;
  }
  std::string many = "a";
  for (int i = 0; i < 17; ++i) many += "; p" + std::to_string(i) + "=1";
  EXPECT_FALSE(parse_header_value(many));
}

TEST(HeaderValue, DecodesExtendedValues) {
  EXPECT_EQ(decode_extended("UTF-8''%e2%82%ac%20rates"), "\xE2\x82\xAC rates");
  EXPECT_EQ(decode_extended("utf-8'en'a"), "a");
  for (const auto* text : {"", "UTF-8", "UTF-8'a", "ISO-8859-1''a", "UTF-8''%zz", "UTF-8''%ff", "''a"}) {
    EXPECT_FALSE(decode_extended(text)) << text;
  }
}

TEST(Disposition, IsSafeForAnyName) {
  EXPECT_EQ(attachment_disposition(""), "attachment");
  EXPECT_EQ(attachment_disposition("a.bin"), "attachment; filename=\"a.bin\"; filename*=UTF-8''a.bin");
  EXPECT_EQ(
      attachment_disposition("na\"me; +%41 \xE2\x82\xAC.txt"),
      "attachment; filename=\"na_me; +_41 _.txt\"; filename*=UTF-8''na%22me%3B%20%2B%2541%20%E2%82%AC.txt");
  const auto hostile = attachment_disposition("x\r\nSet-Cookie: a=b\"\\");
  EXPECT_EQ(hostile.find_first_of("\r\n\\"), std::string::npos);
  EXPECT_EQ(std::ranges::count(hostile, '"'), 2);
}

TEST(ContentType, IsPrintable) {
  EXPECT_TRUE(is_content_type("text/plain; charset=utf-8"));
  EXPECT_TRUE(is_content_type(std::string(255, 'a')));
  for (const auto* text : {"", " a/b", "a/b ", "a/b\r\nX: y", "a\tb", "\xC3\xA4/b", "a\x7F"}) {
    EXPECT_FALSE(is_content_type(text)) << text;
  }
  EXPECT_FALSE(is_content_type(std::string(256, 'a')));
}

}  // namespace
}  // namespace mycostr::api
