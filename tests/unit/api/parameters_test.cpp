#include "api/parameters.hpp"

#include <gtest/gtest.h>

#include "support/seeded_random.hpp"

namespace mycostr::api {
namespace {

Code code_of(const Outcome<Parameters>& outcome) {
  return outcome ? Code::client_gone : outcome.error().code;
}

TEST(Query, IsPercentEncodedUtf8WithPlusAsSpace) {
  const auto got = parse_query("name=a+%2B+b&limit=7&&flag=true&empty=&bare");
  ASSERT_TRUE(got);
  EXPECT_EQ(**got->text("name", 100), "a + b");
  EXPECT_EQ(*got->number("limit", 1, 0, 10), 7U);
  EXPECT_TRUE(*got->boolean("flag", false));
  EXPECT_EQ(**got->text("empty", 100), "");
  EXPECT_EQ(**got->text("bare", 100), "");
  EXPECT_FALSE(*got->text("other", 100));
  EXPECT_EQ(**parse_query("a=b=c")->text("a", 9), "b=c");
}

TEST(Query, NamesWhatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"a=1&a=2", "a"}, {"a=%zz", "a"}, {"a=%ff", "a"}, {"a=%C3", "a"}, {"%61=1&a=2", "a"}};
  for (const auto& [query, field] : cases) {
    const auto got = parse_query(query);
    EXPECT_EQ(code_of(got), Code::invalid_value) << query;
    EXPECT_EQ(got.error().field, field) << query;
  }
  for (const auto* query : {"%zz=1", "%ff=1", "=1", "="}) {
    const auto got = parse_query(query);
    EXPECT_EQ(code_of(got), Code::unknown_field) << query;
    EXPECT_FALSE(got.error().field.empty()) << query;
  }
}

TEST(Query, IntegersAreDigits) {
  const auto integer = [](const std::string& text) { return parse_query("n=" + text)->integer("n"); };
  EXPECT_EQ((*integer("3"))->magnitude, 3U);
  EXPECT_EQ((*integer("18446744073709551615"))->magnitude, UINT64_MAX);
  EXPECT_TRUE((*integer("-3"))->is_negative);
  EXPECT_FALSE((*integer("-0"))->is_negative);
  for (const auto* text : {"", "-", "3.0", "+3", "%2B3", "three", "3x", "0x3", "1e3", "%203",
                           "18446744073709551616", "--3", "3%00"}) {
    EXPECT_FALSE(integer(text)) << text;
  }
}

TEST(Query, ListsAreSeparatedByCommas) {
  const auto list = [](const std::string& text) { return **parse_query("l=" + text)->list("l"); };
  using Texts = std::vector<std::string>;
  EXPECT_EQ(list(""), Texts());
  EXPECT_EQ(list("DE"), Texts{"DE"});
  EXPECT_EQ(list("DE%2CFR,US"), (Texts{"DE", "FR", "US"}));
  EXPECT_EQ(list("DE,"), (Texts{"DE", ""}));
  EXPECT_EQ(list(","), (Texts{"", ""}));
}

TEST(Json, IsReadByType) {
  const auto got = parse_json_object(
      R"( {"b": true, "i": 3, "n": -4, "s": "x\u20ac", "l": ["a", "b"], "e": [], "big": 18446744073709551615} )");
  ASSERT_TRUE(got);
  EXPECT_TRUE(*got->boolean("b", false));
  EXPECT_EQ((*got->integer("i"))->magnitude, 3U);
  EXPECT_EQ((*got->integer("n"))->magnitude, 4U);
  EXPECT_TRUE((*got->integer("n"))->is_negative);
  EXPECT_EQ(**got->text("s", 10), "x\xE2\x82\xAC");
  EXPECT_EQ((*got->list("l"))->size(), 2U);
  EXPECT_TRUE((*got->list("e"))->empty());
  EXPECT_EQ((*got->integer("big"))->magnitude, UINT64_MAX);
  EXPECT_EQ((*parse_json_object(R"({"i":-9223372036854775808})")->integer("i"))->magnitude, 1ULL << 63);
}

TEST(Json, TypesAreStrict) {
  for (const auto* value : {"null", "3.0", "3e0", "\"3\"", "true", "{}", "{\"a\":[\"b\"]}", "[3]", "[]",
                            "18446744073709551616", "[\"a\",[\"b\"]]"}) {
    const auto got = parse_json_object(std::string("{\"v\":") + value + ",\"after\":1}");
    ASSERT_TRUE(got) << value;
    EXPECT_FALSE(got->integer("v")) << value;
    EXPECT_EQ(got->integer("v").error().field, "v");
    EXPECT_EQ(got->integer("v").error().code, Code::invalid_value);
    EXPECT_EQ((*got->integer("after"))->magnitude, 1U) << value;
  }
  EXPECT_FALSE(parse_json_object(R"({"v":"true"})")->boolean("v", true));
  EXPECT_FALSE(parse_json_object(R"({"v":1})")->boolean("v", true));
  EXPECT_FALSE(parse_json_object(R"({"v":7})")->text("v", 10));
  EXPECT_FALSE(parse_json_object(R"({"v":"DE"})")->list("v"));
  for (const auto* list : {R"(["a",1])", R"(["a",["b"]])", R"(["a",{}])", R"([null])", R"({"x":["a"]})"}) {
    EXPECT_FALSE(parse_json_object(std::string("{\"v\":") + list + "}")->list("v")) << list;
  }
}

TEST(Json, RefusesWhatIsNoObject) {
  for (const std::string text : {"",
                                 " ",
                                 "{",
                                 "[]",
                                 "null",
                                 "1",
                                 "\"a\"",
                                 "true",
                                 "{}x",
                                 "{}{}",
                                 "{\"a\":1,}",
                                 "{'a':1}",
                                 "{\"a\":NaN}",
                                 "{\"a\":01}",
                                 "{/**/}",
                                 "{\"a\":\"\xff\"}",
                                 "{\"a\":\"\\ud800\"}",
                                 "{\"\xc3\":1}",
                                 "{\"a\":\"\n\"}",
                                 "{\"a\"}",
                                 "\xff\xfe{}"}) {
    EXPECT_EQ(code_of(parse_json_object(text)), Code::invalid_json) << text;
  }
  EXPECT_EQ(code_of(parse_json_object(std::string("{\0}", 3))), Code::invalid_json);
}

TEST(Json, BoundsNesting) {
  EXPECT_EQ(code_of(parse_json_object(std::string(1'000'000, '['))), Code::invalid_json);
  std::string deep;
  for (int i = 0; i < 200'000; ++i) deep += "{\"a\":";
  EXPECT_EQ(code_of(parse_json_object(deep)), Code::invalid_json);
  EXPECT_EQ(code_of(parse_json_object("{\"a\":" + std::string(100'000, '['))), Code::invalid_json);
}

TEST(Json, NamesWhatComesTwice) {
  const auto got = parse_json_object(R"({"a":1,"b":2,"\u0061":3})");
  EXPECT_EQ(code_of(got), Code::invalid_value);
  EXPECT_EQ(got.error().field, "a");
}

TEST(Json, SurvivesAnyBytes) {
  mycostr::test::SeededRandom random(11);
  const std::string alphabet = "{}[]\",:\\u0123456789.eE+-truefalsn \n\xc3\xff";
  for (int round = 0; round < 20'000; ++round) {
    std::string text = random.chance(1, 2) ? "{\"a\":" : "";
    for (auto length = random.below(30); length > 0; --length)
      text += alphabet[random.below(alphabet.size())];
    const auto got = parse_json_object(text);
    if (got) EXPECT_TRUE(text.find('{') != std::string::npos);
  }
}

TEST(Parameters, KnowWhatIsAllowed) {
  const auto got = parse_query("limit=1&metrix=2");
  EXPECT_TRUE(got->allow_only({"limit", "metrix"}));
  const auto refused = got->allow_only({"limit"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::unknown_field);
  EXPECT_EQ(refused.error().field, "metrix");
}

TEST(Parameters, RefuseBothAtOnce) {
  auto got = parse_query("metrics=true");
  const auto added = got->add_all(*parse_json_object(R"({"detailed":true,"metrics":true})"));
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code, Code::invalid_value);
  EXPECT_EQ(added.error().field, "metrics");
}

TEST(Parameters, BoundTextAndNumbers) {
  auto got = parse_query("t=abc&z=%00&n=5&m=-5");
  EXPECT_TRUE(got->text("t", 3));
  EXPECT_FALSE(got->text("t", 2));
  EXPECT_FALSE(got->text("z", 3));
  EXPECT_TRUE(got->number("n", 0, 5, 5));
  EXPECT_FALSE(got->number("n", 0, 6, 9));
  EXPECT_FALSE(got->number("n", 0, 1, 4));
  EXPECT_FALSE(got->number("m", 0, 0, 9));
  EXPECT_EQ(*got->number("absent", 42, 0, 9), 42U);
}

}  // namespace
}  // namespace mycostr::api
