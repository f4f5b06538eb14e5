#include "geo/maxmind_database.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "base/bytes.hpp"
#include "unit/geo/mmdb_writer.hpp"

// libmaxminddb 1.7.1 loses 4.5 KiB where MMDB_open finds the languages or descriptions of a damaged file to
// be of a wrong kind: the list it has just read with MMDB_get_entry_data_list is not freed (a program of
// MMDB_open and MMDB_close alone shows it). Nothing else calls that, so an unclosed database is still seen;
// for stacks through the library, which keeps no frame pointers, they are unwound slowly.
extern "C" const char* __lsan_default_suppressions() {
  return "leak:MMDB_get_entry_data_list";
}
extern "C" const char* __asan_default_options() {
  return "fast_unwind_on_malloc=0";
}

namespace mycostr::geo {
namespace {

using namespace test::mmdb;

IpAddress ip(std::string_view text) {
  return parse_ip(text).value();
}

std::string city(std::string_view country, double latitude, double longitude) {
  return map({{"country", map({{"iso_code", text(country)}})},
              {"location", map({{"latitude", number(latitude)}, {"longitude", number(longitude)}})}});
}

class MaxmindDatabaseTest : public testing::Test {
 protected:
  MaxmindDatabaseTest() {
    auto name = (std::filesystem::temp_directory_path() / "mycostr-geo-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    folder_ = name;
  }
  ~MaxmindDatabaseTest() override { std::filesystem::remove_all(folder_); }

  Result<std::unique_ptr<MaxmindDatabase>> open(const std::string& bytes) {
    // A new file each time: mapped ones are never written over.
    const auto file = folder_ / (std::to_string(++files_) + ".mmdb");
    std::ofstream(file, std::ios::binary) << bytes;
    auto opened = MaxmindDatabase::open(file);
    std::filesystem::remove(file);
    return opened;
  }

  /// What a database says of 192.0.2.1, of which it knows `value`.
  std::optional<GeoAnswer> answer(const std::string& value) {
    test::MmdbWriter writer("GeoLite2-City");
    writer.add(ip("192.0.2.0"), 24, value);
    return open(writer.finish()).value()->find(ip("192.0.2.1"));
  }

  std::filesystem::path folder_;
  int files_ = 0;
};

std::string two_networks(std::string type, unsigned ip_version = 6) {
  test::MmdbWriter writer(std::move(type), ip_version);
  writer.add(ip("203.0.113.0"), 24, city("DE", 52.5, 13.4));
  if (ip_version == 6) writer.add(ip("2001:db8:7::"), 48, city("NZ", -36.8, 174.7));
  return writer.finish();
}

TEST_F(MaxmindDatabaseTest, FindsBothKindsOfAddresses) {
  const auto database = open(two_networks("GeoLite2-City"));
  ASSERT_TRUE(database) << database.error().detail;
  const auto v4 = (*database)->find(ip("203.0.113.200"));
  ASSERT_TRUE(v4);
  EXPECT_EQ(v4->country, "DE");
  ASSERT_TRUE(v4->point);
  EXPECT_EQ(v4->point->latitude_degrees, 52.5);
  EXPECT_EQ(v4->point->longitude_degrees, 13.4);
  const auto v6 = (*database)->find(ip("2001:db8:7::1"));
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->country, "NZ");
  EXPECT_EQ(v6->point->latitude_degrees, -36.8);
}

TEST_F(MaxmindDatabaseTest, HasNoAnswerForOtherAddresses) {
  const auto database = open(two_networks("GeoLite2-City"));
  ASSERT_TRUE(database);
  for (const auto* text : {"203.0.114.1", "203.0.112.255", "127.0.0.1", "0.0.0.0", "255.255.255.255", "::1",
                           "::", "2001:db8:8::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}) {
    EXPECT_FALSE((*database)->find(ip(text))) << text;
  }
}

TEST_F(MaxmindDatabaseTest, ADatabaseOfIpv4KnowsNoIpv6) {
  const auto database = open(two_networks("GeoIP2-Country", 4));
  ASSERT_TRUE(database) << database.error().detail;
  EXPECT_EQ((*database)->find(ip("203.0.113.1")).value().country, "DE");
  EXPECT_FALSE((*database)->find(ip("2001:db8:7::1")));
}

TEST_F(MaxmindDatabaseTest, ACountryNeedsNoPoint) {
  const auto found = answer(map({{"country", map({{"iso_code", text("XK")}})}}));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->country, "XK");
  EXPECT_FALSE(found->point);
}

TEST_F(MaxmindDatabaseTest, WithoutACountryThereIsNoAnswer) {
  for (const auto& value :
       {map({}), text("DE"), uint32(7), map({{"country", text("DE")}}), map({{"country", map({})}}),
        map({{"country", map({{"iso_code", uint32(49)}})}}),
        map({{"country", map({{"iso_code", text("de")}})}}),
        map({{"country", map({{"iso_code", text("DEU")}})}}),
        map({{"country", map({{"iso_code", text("")}})}}), map({{"country", array({text("DE")})}}),
        map({{"country", map({{"iso_code", map({{"iso_code", text("DE")}})}})}})}) {
    EXPECT_FALSE(answer(value)) << to_hex(as_bytes(value));
  }
}

TEST_F(MaxmindDatabaseTest, ABadPointIsLeftOut) {
  const auto with_location = [&](std::string location) {
    const auto found =
        answer(map({{"country", map({{"iso_code", text("DE")}})}, {"location", std::move(location)}}));
    EXPECT_TRUE(found && found->country == "DE");
    return found && found->point;
  };
  const auto point = [](std::string latitude, std::string longitude) {
    return map({{"latitude", std::move(latitude)}, {"longitude", std::move(longitude)}});
  };
  EXPECT_TRUE(with_location(point(number(-90), number(180))));
  EXPECT_FALSE(with_location(point(number(90.1), number(0))));
  EXPECT_FALSE(with_location(point(number(0), number(-180.1))));
  EXPECT_FALSE(with_location(point(number(std::nan("")), number(0))));
  EXPECT_FALSE(with_location(point(number(0), number(INFINITY))));
  EXPECT_FALSE(with_location(point(text("52"), number(13))));
  EXPECT_FALSE(with_location(point(number(52), uint32(13))));
  EXPECT_FALSE(with_location(map({{"latitude", number(1)}})));
  EXPECT_FALSE(with_location(text("Berlin")));
}

TEST_F(MaxmindDatabaseTest, SaysWhatIsWrongWithTheFile) {
  const auto missing = MaxmindDatabase::open(folder_ / "none.mmdb");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::not_found);
  EXPECT_NE(missing.error().detail.find("none.mmdb: No such file"), std::string::npos)
      << missing.error().detail;
  const auto folder = MaxmindDatabase::open(folder_);
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().code, Errc::io);
  for (const auto& foreign : {std::string(), std::string("PK\3\4"), std::string(1 << 20, 'x')}) {
    const auto opened = open(foreign);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::invalid) << opened.error().detail;
  }
  const auto owners = open(two_networks("GeoLite2-ASN"));
  ASSERT_FALSE(owners);
  EXPECT_EQ(owners.error().code, Errc::invalid);
  EXPECT_NE(owners.error().detail.find("its type is \"GeoLite2-ASN\""), std::string::npos);
}

void ask_much(const MaxmindDatabase& database) {
  for (const auto* text : {"203.0.113.200", "2001:db8:7::1", "::", "255.255.255.255"}) {
    const auto found = database.find(ip(text));
    if (found) EXPECT_EQ(found->country.size(), 2U);
  }
}

TEST_F(MaxmindDatabaseTest, SurvivesTruncationAtEveryLength) {
  const auto whole = two_networks("GeoLite2-City");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    if (const auto opened = open(whole.substr(0, size))) ask_much(**opened);
  }
}

// The end of the file, where the metadata is, is kept, and something before it is missing.
TEST_F(MaxmindDatabaseTest, SurvivesAHoleAtEveryPlace) {
  const auto whole = two_networks("GeoLite2-City");
  for (std::size_t at = 0; at < whole.size(); ++at) {
    if (const auto opened = open(whole.substr(at))) ask_much(**opened);
  }
}

TEST_F(MaxmindDatabaseTest, SurvivesAnyByteChanged) {
  const auto whole = two_networks("GeoLite2-City");
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const char value : {'\0', '\x7f', '\xff', static_cast<char>(whole[at] ^ 0x20)}) {
      auto changed = whole;
      changed[at] = value;
      if (const auto opened = open(changed)) ask_much(**opened);
    }
  }
}

}  // namespace
}  // namespace mycostr::geo
