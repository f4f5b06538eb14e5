#include <algorithm>

#include "config/value.hpp"

namespace mycostr::config {
namespace {

constexpr std::string_view kPrefix = "MYCOSTR_";

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

std::string variable_of(const Setting& setting) {
  auto name = std::string(kPrefix) + std::string(setting.section) + "_" + std::string(setting.key);
  std::ranges::transform(name, name.begin(), upper);
  return name;
}

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> out;
  while (!list.empty()) {
    const auto comma = list.find(',');
    out.emplace_back(list.substr(0, comma));
    list = comma == std::string_view::npos ? "" : list.substr(comma + 1);
  }
  return out;
}

Result<void> assign_text(Settings& settings, const Setting& setting, std::string_view value,
                         std::string_view name) {
  return assign(settings, setting, is_list(setting) ? split(value) : std::vector{std::string(value)}, name);
}

}  // namespace

Result<void> apply_environment(Settings& settings, const char* const* environment) {
  for (; *environment != nullptr; ++environment) {
    const std::string_view entry(*environment);
    if (!entry.starts_with(kPrefix)) continue;
    const auto name = entry.substr(0, entry.find('='));
    const auto value = name.size() < entry.size() ? entry.substr(name.size() + 1) : "";
    const auto all = all_settings();
    const auto setting = std::ranges::find(all, name, variable_of);
    if (setting == all.end()) {
      return fail(Errc::invalid,
                  "the environment variable " + std::string(name) +
                      " names no setting: unset it, or see mycostrd.toml for the settings there are");
    }
    if (auto done = assign_text(settings, *setting, value, name); !done) return done;
  }
  return {};
}

Result<void> set(Settings& settings, std::string_view setting, std::string_view value,
                 std::string_view name) {
  const auto dot = setting.find('.');
  const auto* found =
      dot == std::string_view::npos ? nullptr : find_setting(setting.substr(0, dot), setting.substr(dot + 1));
  if (found == nullptr) return fail(Errc::invalid, "there is no setting " + toml_string(setting));
  return assign_text(settings, *found, value, name);
}

}  // namespace mycostr::config
