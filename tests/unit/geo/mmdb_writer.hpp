// Writes small MaxMind DB files (https://maxmind.github.io/MaxMind-DB/, format 2.0; records of 24 bits).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ip_address.hpp"

namespace mycostr::test {

/// Values of the data section, encoded.
namespace mmdb {
std::string text(std::string_view value);
std::string number(double value);
std::string uint16(std::uint16_t value);
std::string uint32(std::uint32_t value);
std::string uint64(std::uint64_t value);
std::string array(const std::vector<std::string>& items);
std::string map(const std::vector<std::pair<std::string, std::string>>& fields);
}  // namespace mmdb

class MmdbWriter {
 public:
  explicit MmdbWriter(std::string type, unsigned ip_version = 6)
      : type_(std::move(type)), ip_version_(ip_version) {}

  /// IPv4 networks with the prefix length of an IPv4 address. REQUIRES: no network contains another.
  void add(const IpAddress& ip, unsigned prefix_length, const std::string& value);
  /// The whole file.
  std::string finish() const;

 private:
  struct Record {
    enum Kind { nothing, node, data } kind = nothing;
    std::size_t value = 0;
  };

  std::string metadata() const;

  const std::string type_;
  const unsigned ip_version_;
  std::vector<std::array<Record, 2>> nodes_ = std::vector<std::array<Record, 2>>(1);
  std::string data_;
};

}  // namespace mycostr::test
