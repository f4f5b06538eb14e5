#include "geo/maxmind_database.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>

namespace mycostr::geo {
namespace {

/// Why the file cannot be opened and read, in the system's words; libmaxminddb keeps them to itself.
Result<void> check_readable(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    return fail(errno == ENOENT ? Errc::not_found : Errc::io,
                fmt::format("address database {}: {}", file.string(), std::strerror(errno)));
  }
  struct stat status{};
  const bool known = ::fstat(descriptor, &status) == 0;
  ::close(descriptor);
  if (!known || !S_ISREG(status.st_mode)) {
    return fail(Errc::io, fmt::format("address database {}: not a regular file", file.string()));
  }
  if (status.st_size == 0) {
    return fail(Errc::invalid, fmt::format("address database {}: an empty file", file.string()));
  }
  return {};
}

Errc errc_of(int status) {
  return status == MMDB_FILE_OPEN_ERROR || status == MMDB_IO_ERROR || status == MMDB_OUT_OF_MEMORY_ERROR
             ? Errc::io
             : Errc::invalid;
}

/// "GeoLite2-City", "DBIP-Country-Lite", "GeoIP2-Enterprise": those have country/iso_code.
bool has_countries(std::string_view type) {
  const auto names = [&](std::string_view kind) { return type.find(kind) != std::string_view::npos; };
  return names("City") || names("Country") || names("Enterprise");
}

std::optional<double> number_at(MMDB_entry_s entry, const char* const* path) {
  MMDB_entry_data_s data;
  if (MMDB_aget_value(&entry, &data, path) != MMDB_SUCCESS || !data.has_data ||
      data.type != MMDB_DATA_TYPE_DOUBLE) {
    return std::nullopt;
  }
  return data.double_value;
}

std::optional<std::string> country_in(MMDB_entry_s entry) {
  static constexpr const char* kPath[] = {"country", "iso_code", nullptr};
  MMDB_entry_data_s data;
  if (MMDB_aget_value(&entry, &data, kPath) != MMDB_SUCCESS || !data.has_data ||
      data.type != MMDB_DATA_TYPE_UTF8_STRING || data.data_size != 2) {
    return std::nullopt;
  }
  std::string code(data.utf8_string, data.data_size);
  if (!std::ranges::all_of(code, [](char c) { return c >= 'A' && c <= 'Z'; })) return std::nullopt;
  return code;
}

std::optional<GeoPoint> point_in(MMDB_entry_s entry) {
  static constexpr const char* kLatitude[] = {"location", "latitude", nullptr};
  static constexpr const char* kLongitude[] = {"location", "longitude", nullptr};
  const auto latitude = number_at(entry, kLatitude);
  const auto longitude = number_at(entry, kLongitude);
  // Written so that what is not a number fails.
  if (!latitude || !longitude || !(std::abs(*latitude) <= 90) || !(std::abs(*longitude) <= 180)) {
    return std::nullopt;
  }
  return GeoPoint{*latitude, *longitude};
}

MMDB_lookup_result_s look_up(const MMDB_s& database, const IpAddress& ip, int& status) {
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  const sockaddr* address = nullptr;
  if (ip.is_v4()) {
    v4.sin_family = AF_INET;
    std::memcpy(&v4.sin_addr, ip.bytes.data() + 12, 4);
    address = reinterpret_cast<const sockaddr*>(&v4);
  } else {
    v6.sin6_family = AF_INET6;
    std::memcpy(&v6.sin6_addr, ip.bytes.data(), 16);
    address = reinterpret_cast<const sockaddr*>(&v6);
  }
  return MMDB_lookup_sockaddr(&database, address, &status);
}

}  // namespace

void MaxmindDatabase::Close::operator()(MMDB_s* database) const {
  MMDB_close(database);
  delete database;
}

Result<std::unique_ptr<MaxmindDatabase>> MaxmindDatabase::open(const std::filesystem::path& file) {
  if (auto readable = check_readable(file); !readable) return std::unexpected(readable.error());
  auto opened = std::make_unique<MMDB_s>();
  const int status = MMDB_open(file.c_str(), MMDB_MODE_MMAP, opened.get());
  if (status != MMDB_SUCCESS) {
    return fail(errc_of(status),
                fmt::format("address database {}: {}", file.string(), MMDB_strerror(status)));
  }
  Handle database(opened.release());
  const std::string_view type = database->metadata.database_type;
  if (!has_countries(type)) {
    return fail(Errc::invalid,
                fmt::format("address database {}: its type is \"{}\"; a City or Country one is needed",
                            file.string(), type));
  }
  return std::unique_ptr<MaxmindDatabase>(new MaxmindDatabase(std::move(database)));
}

std::optional<GeoAnswer> MaxmindDatabase::find(const IpAddress& ip) const {
  int status = MMDB_SUCCESS;
  const auto found = look_up(*database_, ip, status);
  if (status != MMDB_SUCCESS || !found.found_entry) return std::nullopt;
  auto country = country_in(found.entry);
  if (!country) return std::nullopt;
  return GeoAnswer{std::move(*country), point_in(found.entry)};
}

}  // namespace mycostr::geo
