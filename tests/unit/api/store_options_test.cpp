#include "api/store_options.hpp"

#include <gtest/gtest.h>

#include "fake_http.hpp"

namespace mycostr::api {
namespace {

Outcome<files::StoreOptions> of_query(std::string_view query, UploadDefaults defaults = {}) {
  const auto parameters = parse_query(query);
  if (!parameters) return std::unexpected(parameters.error());
  return read_store_options(*parameters, defaults);
}
Outcome<files::StoreOptions> of_json(std::string_view text) {
  const auto parameters = parse_json_object(text);
  if (!parameters) return std::unexpected(parameters.error());
  return read_store_options(*parameters, {});
}

TEST(StoreOptions, HaveDefaults) {
  const auto got = of_query("");
  ASSERT_TRUE(got);
  EXPECT_EQ(got->redundancy, 3U);
  EXPECT_TRUE(got->areas.empty());
  EXPECT_EQ(got->name, "");
  EXPECT_EQ(got->content_type, "application/octet-stream");
}

TEST(StoreOptions, AreTheSameInBothForms) {
  const auto query =
      of_query("redundancy=16&geographic=DE,europe,US-CA&encryption=aes-256-gcm&name=a&content_type=b/c");
  const auto json = of_json(
      R"({"redundancy":16,"geographic":["DE","europe","US-CA"],"encryption":"aes-256-gcm","name":"a","content_type":"b/c"})");
  ASSERT_TRUE(query && json);
  EXPECT_EQ(query->redundancy, 16U);
  EXPECT_EQ(query->areas.size(), 3U);
  EXPECT_EQ(query->areas, json->areas);
  EXPECT_EQ(query->name, json->name);
  EXPECT_EQ(query->content_type, json->content_type);
}

TEST(StoreOptions, TheOrderOfAreasMakesNoDifference) {
  EXPECT_EQ(of_query("geographic=US,DE,DE")->areas, of_query("geographic=DE,US")->areas);
  EXPECT_TRUE(of_query("geographic=")->areas.empty());
  EXPECT_TRUE(of_json(R"({"geographic":[]})")->areas.empty());
}

TEST(StoreOptions, TheUploadsOwnComeSecond) {
  const UploadDefaults defaults{"f.txt", "text/plain"};
  EXPECT_EQ(of_query("", defaults)->name, "f.txt");
  EXPECT_EQ(of_query("", defaults)->content_type, "text/plain");
  EXPECT_EQ(of_query("name=&content_type=a/b", defaults)->name, "");
  EXPECT_EQ(of_query("name=&content_type=a/b", defaults)->content_type, "a/b");
  EXPECT_EQ(of_query("", {std::string(1025, 'n'), std::nullopt}).error().field, "name");
  EXPECT_TRUE(of_query("name=x", {std::string(1025, 'n'), std::nullopt}));
  EXPECT_EQ(of_query("", {std::nullopt, "a/b\xC3\xA4"}).error().field, "content_type");
  EXPECT_EQ(of_query("", {"\xff", std::nullopt}).error().field, "name");
}

TEST(StoreOptions, RefuseWhatCannotBe) {
  const auto expect = [](const Outcome<files::StoreOptions>& got, Code code, const char* field) {
    ASSERT_FALSE(got) << field;
    EXPECT_EQ(got.error().code, code) << field;
    EXPECT_EQ(got.error().field, field);
  };
  expect(of_query("redundancy=2"), Code::redundancy_too_low, "redundancy");
  expect(of_query("redundancy=-1"), Code::redundancy_too_low, "redundancy");
  expect(of_json(R"({"redundancy":0})"), Code::redundancy_too_low, "redundancy");
  for (const auto* value : {"17", "three", "3.0", "", "18446744073709551619"}) {
    expect(of_query(std::string("redundancy=") + value), Code::invalid_value, "redundancy");
  }
  for (const auto* value : {"\"3\"", "3.5", "3.0", "null", "true", "[3]", "{}", "4294967299"}) {
    expect(of_json(std::string("{\"redundancy\":") + value + "}"), Code::invalid_value, "redundancy");
  }
  for (const auto* value : {"ZZ", "DE,Atlantis", "DE,", "de", "DE, FR", "EUROPE"}) {
    expect(of_query(std::string("geographic=") + value), Code::unknown_location, "geographic");
  }
  expect(of_json(R"({"geographic":"DE"})"), Code::invalid_value, "geographic");
  expect(of_json(R"({"geographic":["DE",1]})"), Code::invalid_value, "geographic");
  expect(of_query("encryption=rot13"), Code::unsupported_encryption, "encryption");
  expect(of_json(R"({"encryption":null})"), Code::invalid_value, "encryption");
  expect(of_query("name=" + std::string(1025, 'n')), Code::invalid_value, "name");
  expect(of_json(R"({"name":7})"), Code::invalid_value, "name");
  expect(of_json("{\"name\":\"a\\u0000b\"}"), Code::invalid_value, "name");
  expect(of_json(R"({"content_type":"a/b\r\nX-C: d"})"), Code::invalid_value, "content_type");
  expect(of_json(R"({"content_type":""})"), Code::invalid_value, "content_type");
  expect(of_query("redundnacy=3"), Code::unknown_field, "redundnacy");
}

TEST(StoreOptions, BoundTheNumberOfAreas) {
  std::string list;
  for (int i = 0; i < 1001; ++i) list += (i == 0 ? "\"DE/" : ",\"DE/") + std::to_string(i) + "\"";
  EXPECT_EQ(of_json("{\"geographic\":[" + list + "]}").error().code, Code::invalid_value);
}

TEST(IdempotencyKey, IsBounded) {
  const auto key = [](std::vector<std::string> values) {
    test::FakeRequest request("POST", "/store");
    for (auto& value : values) request.set("Idempotency-Key", std::move(value));
    return read_idempotency_key(request);
  };
  EXPECT_FALSE(*key({}));
  EXPECT_EQ(**key({std::string(255, 'k')}), std::string(255, 'k'));
  EXPECT_EQ(key({std::string(256, 'k')}).error().code, Code::invalid_value);
  EXPECT_EQ(key({""}).error().field, "Idempotency-Key");
  EXPECT_FALSE(key({"a", "b"}));
}

}  // namespace
}  // namespace mycostr::api
