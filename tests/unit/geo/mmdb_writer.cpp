#include "unit/geo/mmdb_writer.hpp"

#include <bit>

#include "base/bytes.hpp"

namespace mycostr::test {
namespace {

enum Type { kText = 2, kDouble = 3, kUint16 = 5, kUint32 = 6, kMap = 7, kUint64 = 9, kArray = 11 };

std::string control(Type type, std::size_t size) {
  std::string out;
  const bool extended = type > 7;
  const auto small = size < 29 ? size : 29;
  out += static_cast<char>((extended ? 0 : type) << 5 | small);
  if (extended) out += static_cast<char>(type - 7);
  if (size >= 29) out += static_cast<char>(size - 29);
  return out;
}

std::string big_endian(std::uint64_t value, std::size_t bytes) {
  std::string all;
  append_be64(all, value);
  return all.substr(8 - bytes);
}

}  // namespace

namespace mmdb {

std::string text(std::string_view value) {
  return control(kText, value.size()) + std::string(value);
}
std::string number(double value) {
  return control(kDouble, 8) + big_endian(std::bit_cast<std::uint64_t>(value), 8);
}
std::string uint16(std::uint16_t value) {
  return control(kUint16, 2) + big_endian(value, 2);
}
std::string uint32(std::uint32_t value) {
  return control(kUint32, 4) + big_endian(value, 4);
}
std::string uint64(std::uint64_t value) {
  return control(kUint64, 8) + big_endian(value, 8);
}
std::string array(const std::vector<std::string>& items) {
  auto out = control(kArray, items.size());
  for (const auto& item : items) out += item;
  return out;
}
std::string map(const std::vector<std::pair<std::string, std::string>>& fields) {
  auto out = control(kMap, fields.size());
  for (const auto& [key, value] : fields) out += text(key) + value;
  return out;
}

}  // namespace mmdb

void MmdbWriter::add(const IpAddress& ip, unsigned prefix_length, const std::string& value) {
  // The IPv4 internet lies at ::/96 of an IPv6 tree.
  auto bytes = ip.bytes;
  unsigned first = 0;
  unsigned end = prefix_length;
  if (ip.is_v4()) {
    bytes[10] = bytes[11] = 0;
    first = ip_version_ == 4 ? 96 : 0;
    end += 96;
  }
  std::size_t at = 0;
  for (unsigned bit = first;; ++bit) {
    const auto side = bytes[bit / 8] >> (7 - bit % 8) & 1;
    if (bit + 1 == end) {
      nodes_[at][side] = {Record::data, data_.size()};
      break;
    }
    if (nodes_[at][side].kind != Record::node) {
      nodes_[at][side] = {Record::node, nodes_.size()};
      nodes_.emplace_back();
    }
    at = nodes_[at][side].value;
  }
  data_ += value;
}

std::string MmdbWriter::finish() const {
  std::string out;
  for (const auto& node : nodes_) {
    for (const auto& record : node) {
      std::size_t value = nodes_.size();  // nothing here
      if (record.kind == Record::node) value = record.value;
      if (record.kind == Record::data) value = nodes_.size() + 16 + record.value;
      out += big_endian(value, 3);
    }
  }
  return out + std::string(16, '\0') + data_ + "\xab\xcd\xefMaxMind.com" + metadata();
}

std::string MmdbWriter::metadata() const {
  return mmdb::map({
      {"node_count", mmdb::uint32(static_cast<std::uint32_t>(nodes_.size()))},
      {"record_size", mmdb::uint16(24)},
      {"ip_version", mmdb::uint16(static_cast<std::uint16_t>(ip_version_))},
      {"database_type", mmdb::text(type_)},
      {"languages", mmdb::array({mmdb::text("en")})},
      {"binary_format_major_version", mmdb::uint16(2)},
      {"binary_format_minor_version", mmdb::uint16(0)},
      {"build_epoch", mmdb::uint64(1'767'225'600)},
      {"description", mmdb::map({{"en", mmdb::text("a test")}})},
  });
}

}  // namespace mycostr::test
