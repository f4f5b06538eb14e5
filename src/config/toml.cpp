#include <fmt/format.h>

#include <fstream>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "config/value.hpp"

namespace mycostr::config {
namespace {

/// The known sections, or the known keys of one.
std::string known(std::optional<std::string_view> section) {
  std::vector<std::string_view> out;
  for (const auto& setting : all_settings()) {
    if (section && setting.section == *section) out.push_back(setting.key);
    if (!section && (out.empty() || out.back() != setting.section)) out.push_back(setting.section);
  }
  return fmt::format("{}", fmt::join(out, ", "));
}

std::string describe(const toml::node& node) {
  if (const auto* value = node.as_boolean()) return value->get() ? "true" : "false";
  if (const auto* value = node.as_integer()) return std::to_string(value->get());
  if (const auto* value = node.as_string()) return toml_string(value->get());
  if (node.is_array()) return "a list";
  if (node.is_table()) return "a section";
  return node.is_number() ? "a fraction" : "a date or time";
}

/// The text of a scalar that stands as the setting's type is written; nothing where it is of another type.
std::optional<std::string> scalar_text(const Field& field, const toml::node& node) {
  const bool is_bool = std::holds_alternative<bool*>(field);
  const bool is_number = std::holds_alternative<std::uint64_t*>(field);
  if (const auto* value = node.as_boolean(); value && is_bool) return value->get() ? "true" : "false";
  const bool is_fraction = std::holds_alternative<double*>(field);
  const bool takes_integers = is_number || is_fraction || std::holds_alternative<ByteCount*>(field);
  if (const auto* value = node.as_integer(); value && takes_integers) return std::to_string(value->get());
  if (const auto* value = node.as_floating_point(); value && is_fraction) {
    return fmt::format("{}", value->get());
  }
  if (const auto* value = node.as_string(); value && !is_bool && !is_number && !is_fraction) {
    return value->get();
  }
  return std::nullopt;
}

class FileReader {
 public:
  explicit FileReader(std::string_view file) : file_(file) {}

  Result<Settings> read(const toml::table& table) {
    for (const auto& [name, node] : table) {
      const auto* section = node.as_table();
      if (known(name.str()).empty()) {
        return fail(Errc::invalid, fmt::format("{}: {} is no section; there are {}", at(node),
                                               toml_string(name), known({})));
      }
      if (section == nullptr) {
        return fail(Errc::invalid,
                    fmt::format("{}: {} must be a section: [{}]", at(node), name.str(), name.str()));
      }
      for (const auto& [key, value] : *section) {
        if (auto done = take(name, key, value); !done) return std::unexpected(done.error());
      }
    }
    return std::move(settings_);
  }

 private:
  Result<void> take(std::string_view section, std::string_view key, const toml::node& node) {
    const auto* setting = find_setting(section, key);
    if (setting == nullptr) {
      return fail(Errc::invalid, fmt::format("{}: {} is no setting of [{}]; there are {}", at(node),
                                             toml_string(key), section, known(section)));
    }
    const auto name = fmt::format("{}: {}", at(node), setting->name());
    std::vector<std::string> items;
    if (const auto* array = node.as_array(); array && is_list(*setting)) {
      for (const auto& item : *array) {
        const auto* text = item.as_string();
        if (text == nullptr) return not_allowed(*setting, name, "with " + describe(item));
        items.push_back(text->get());
      }
    } else {
      auto text = is_list(*setting) ? std::nullopt : scalar_text(setting->field(settings_), node);
      if (!text) return not_allowed(*setting, name, describe(node));
      items.push_back(std::move(*text));
    }
    return assign(settings_, *setting, items, name);
  }

  std::string at(const toml::node& node) const {
    return fmt::format("{}:{}", file_, node.source().begin.line);
  }

  std::string_view file_;
  Settings settings_;
};

}  // namespace

Result<Settings> parse_toml(std::string_view text, std::string_view file) {
  const auto parsed = toml::parse(text, file);
  if (!parsed) {
    const auto& error = parsed.error();
    return fail(Errc::invalid,
                fmt::format("{}:{}: {}", file, error.source().begin.line, error.description()));
  }
  return FileReader(file).read(parsed.table());
}

Result<Settings> read_file(const std::filesystem::path& path) {
  constexpr std::size_t kMostBytes = 1 << 20;
  std::ifstream stream(path, std::ios::binary);
  std::string text(kMostBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.good()) return fail(Errc::invalid, path.string() + " is longer than 1 MiB");
  if (!stream.eof()) return fail(Errc::io, "cannot read " + path.string());
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return parse_toml(text, path.string());
}

std::string write_toml(const Settings& settings) {
  std::string out =
      "# Settings of mycostrd. A setting that is commented out has its default value, which is the one "
      "shown.\n"
      "# Environment variables named MYCOSTR_<SECTION>_<KEY> go over this file (lists separated by commas), "
      "options\n"
      "# of the command line over both. `mycostrd check` tells what is wrong.\n";
  const Settings defaults;
  std::string_view section;
  for (const auto& setting : all_settings()) {
    if (setting.section != section) out += fmt::format("\n[{}]\n", setting.section);
    section = setting.section;
    const auto value = toml_value(settings, setting);
    const auto* mark = value == toml_value(defaults, setting) ? "# " : "";
    out += fmt::format("\n# {}\n# Value: {}.\n{}{} = {}\n", setting.doc, allowed(setting), mark, setting.key,
                       value);
  }
  return out;
}

}  // namespace mycostr::config
