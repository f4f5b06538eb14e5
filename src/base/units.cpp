#include "base/units.hpp"

#include <array>
#include <charconv>

namespace mycostr {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t bytes;
};

constexpr std::array kUnits{Unit{"", 1},
                            Unit{"KB", 1000},
                            Unit{"kB", 1000},
                            Unit{"MB", 1'000'000},
                            Unit{"GB", 1'000'000'000},
                            Unit{"TB", 1'000'000'000'000},
                            Unit{"PB", 1'000'000'000'000'000},
                            Unit{"KiB", 1ULL << 10},
                            Unit{"MiB", 1ULL << 20},
                            Unit{"GiB", 1ULL << 30},
                            Unit{"TiB", 1ULL << 40},
                            Unit{"PiB", 1ULL << 50}};

}  // namespace

std::optional<ByteCount> parse_size(std::string_view text) {
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end == text.data()) return std::nullopt;
  const std::string_view name(end, text.data() + text.size());
  for (const auto& unit : kUnits) {
    if (unit.name != name) continue;
    if (count > UINT64_MAX / unit.bytes) return std::nullopt;
    return ByteCount{count * unit.bytes};
  }
  return std::nullopt;
}

std::string to_string(ByteCount size) {
  auto shortest = std::to_string(size.value);
  for (const auto& unit : kUnits) {
    if (size.value == 0 || size.value % unit.bytes != 0) continue;
    auto text = std::to_string(size.value / unit.bytes) + std::string(unit.name);
    if (text.size() <= shortest.size()) shortest = std::move(text);
  }
  return shortest;
}

}  // namespace mycostr
