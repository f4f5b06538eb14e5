// The table of settings: what each is called, means and may be. Internal to config.
#pragma once

#include <span>
#include <variant>

#include "config/settings.hpp"

namespace mycostr::config {

/// Where a setting's value is; its type is the setting's kind.
using Field =
    std::variant<bool*, std::uint64_t*, double*, ByteCount*, Duration*, LogLevel*, std::string*, Endpoint*,
                 std::optional<placement::Location>*, std::vector<std::string>*, std::vector<Endpoint>*>;

struct Setting {
  std::string_view section;
  std::string_view key;
  std::string_view doc;
  Field (*field)(Settings&);
  /// Bounds of numbers, sizes (bytes), durations (nanoseconds) and fractions (thousandths).
  std::uint64_t least = 0;
  std::uint64_t most = UINT64_MAX;
  /// What the type and the bounds do not say, in words and as a test of the settings with the new value.
  /// Texts always have one.
  std::string_view rule = {};
  bool (*obeys)(const Settings&) = nullptr;

  std::string name() const { return std::string(section) + "." + std::string(key); }
};

constexpr std::uint64_t in_nanoseconds(std::chrono::nanoseconds duration) {
  return static_cast<std::uint64_t>(duration.count());
}
bool is_path(std::string_view text);

/// The part of all_settings() that is about money.
std::span<const Setting> payment_settings();
/// Those of a section stand together.
std::span<const Setting> all_settings();
/// Null where there is none.
const Setting* find_setting(std::string_view section, std::string_view key);

}  // namespace mycostr::config
