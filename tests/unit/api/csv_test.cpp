#include "api/csv.hpp"

#include <gtest/gtest.h>

namespace mycostr::api {
namespace {

TEST(Csv, QuotesWhatNeedsIt) {
  EXPECT_EQ(csv_cell("plain text"), "plain text");
  EXPECT_EQ(csv_cell(""), "");
  EXPECT_EQ(csv_cell("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_cell("say \"no\""), "\"say \"\"no\"\"\"");
  EXPECT_EQ(csv_cell("\""), "\"\"\"\"");
  EXPECT_EQ(csv_cell("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(csv_cell("two\r\nlines"), "\"two\r\nlines\"");
}

TEST(Csv, TakesTheTeethOutOfFormulas) {
  EXPECT_EQ(csv_cell("=1+1"), "'=1+1");
  EXPECT_EQ(csv_cell("+1"), "'+1");
  EXPECT_EQ(csv_cell("-1"), "'-1");
  EXPECT_EQ(csv_cell("@SUM(A1)"), "'@SUM(A1)");
  EXPECT_EQ(csv_cell("\t=1"), "'\t=1");
  EXPECT_EQ(csv_cell("\r=1"), "\"'\r=1\"");
  EXPECT_EQ(csv_cell("\n=1"), "\"'\n=1\"");
  EXPECT_EQ(csv_cell("=HYPERLINK(\"x\",\"y\")"), "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"");
  EXPECT_EQ(csv_cell("a=1"), "a=1");
}

TEST(Csv, IsAlwaysUtf8WithoutNul) {
  EXPECT_EQ(csv_cell("caf\xC3\xA9"), "caf\xC3\xA9");
  EXPECT_EQ(csv_cell("caf\xC3"), "caf?");
  EXPECT_EQ(csv_cell(std::string("a\0b", 3)), "a?b");
}

TEST(Csv, KeepsEmptyCellsInALine) {
  EXPECT_EQ(csv_line({"", "a", "", "b,c", ""}), ",a,,\"b,c\",\r\n");
  EXPECT_EQ(csv_line({"a"}), "a\r\n");
}

}  // namespace
}  // namespace mycostr::api
