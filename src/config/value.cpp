#include "config/value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace mycostr::config {
namespace {

constexpr std::array kLevels{std::pair<std::string_view, LogLevel>{"debug", LogLevel::debug},
                             std::pair<std::string_view, LogLevel>{"info", LogLevel::info},
                             std::pair<std::string_view, LogLevel>{"warn", LogLevel::warn},
                             std::pair<std::string_view, LogLevel>{"error", LogLevel::error}};

/// The largest unit that gives a whole number.
std::string duration_text(Duration duration) {
  using namespace std::chrono;
  constexpr std::array<std::pair<std::string_view, nanoseconds>, 5> kUnits{
      {{"d", days(1)}, {"h", hours(1)}, {"m", minutes(1)}, {"s", seconds(1)}, {"ms", milliseconds(1)}}};
  for (const auto& [name, unit] : kUnits) {
    if (duration.count() != 0 && duration % unit == Duration{})
      return fmt::format("{}{}", duration / unit, name);
  }
  return "0ms";
}

double fraction_of(std::uint64_t thousandths) {
  return static_cast<double>(thousandths) / 1000;
}

/// Reads one item of a setting's type; false where it is none, or out of bounds.
class Reader {
 public:
  Reader(const Setting& setting, std::string_view text) : setting_(setting), text_(text) {}

  bool operator()(bool& out) const {
    out = text_ == "true";
    return out || text_ == "false";
  }
  bool operator()(std::uint64_t& out) const {
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), out);
    return error == std::errc() && end == text_.data() + text_.size() && is_within_bounds(out);
  }
  bool operator()(double& out) const {
    const auto [end, error] =
        std::from_chars(text_.data(), text_.data() + text_.size(), out, std::chars_format::fixed);
    // Written so that no bound holds for what is no number.
    return error == std::errc() && end == text_.data() + text_.size() && out >= fraction_of(setting_.least) &&
           out <= fraction_of(setting_.most);
  }
  bool operator()(ByteCount& out) const {
    return take(parse_size(text_), out) && is_within_bounds(out.value);
  }
  bool operator()(Duration& out) const {
    return take(parse_duration(text_), out) && is_within_bounds(static_cast<std::uint64_t>(out.count()));
  }
  bool operator()(LogLevel& out) const {
    const auto* found = std::ranges::find(kLevels, text_, &std::pair<std::string_view, LogLevel>::first);
    if (found != kLevels.end()) out = found->second;
    return found != kLevels.end();
  }
  bool operator()(std::string& out) const {
    out = text_;
    return true;
  }
  bool operator()(Endpoint& out) const { return take(parse_endpoint(text_), out); }
  bool operator()(std::optional<placement::Location>& out) const {
    out = placement::parse_location(text_);
    return out || text_.empty();
  }

 private:
  template <class T>
  static bool take(std::optional<T> value, T& out) {
    if (value) out = std::move(*value);
    return value.has_value();
  }
  bool is_within_bounds(std::uint64_t value) const {
    return value >= setting_.least && value <= setting_.most;
  }

  const Setting& setting_;
  std::string_view text_;
};

template <class T>
bool read(const Setting& setting, const std::vector<std::string>& items, T& out) {
  return items.size() == 1 && Reader(setting, items.front())(out);
}

template <class T>
bool read(const Setting& setting, const std::vector<std::string>& items, std::vector<T>& out) {
  out.clear();
  return std::ranges::all_of(items,
                             [&](const auto& item) { return Reader(setting, item)(out.emplace_back()); });
}

struct Writer {
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::uint64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const { return fmt::format("{}", value); }
  std::string operator()(ByteCount value) const {
    return value.value == 0 ? "0" : toml_string(to_string(value));
  }
  std::string operator()(Duration value) const { return toml_string(duration_text(value)); }
  std::string operator()(LogLevel value) const {
    return toml_string(
        std::ranges::find(kLevels, value, &std::pair<std::string_view, LogLevel>::second)->first);
  }
  std::string operator()(const std::string& value) const { return toml_string(value); }
  std::string operator()(const Endpoint& value) const { return toml_string(to_string(value)); }
  std::string operator()(const std::optional<placement::Location>& value) const {
    return toml_string(value ? value->text() : "");
  }
  template <class T>
  std::string operator()(const std::vector<T>& values) const {
    std::vector<std::string> items;
    for (const auto& value : values) items.push_back((*this)(value));
    return fmt::format("[{}]", fmt::join(items, ", "));
  }
};

/// Texts are told by their rules alone.
struct KindName {
  std::string operator()(const bool*) const { return "true or false"; }
  std::string operator()(const std::uint64_t*) const { return "a number"; }
  std::string operator()(const double*) const { return "a fraction such as 0.25"; }
  std::string operator()(const ByteCount*) const { return R"(a size such as 4096, "100GB" or "2TiB")"; }
  std::string operator()(const Duration*) const {
    return R"(a duration such as "500ms", "3s", "15m", "6h" or "14d")";
  }
  std::string operator()(const LogLevel*) const { return R"("debug", "info", "warn" or "error")"; }
  std::string operator()(const std::string*) const { return ""; }
  std::string operator()(const Endpoint*) const { return R"("host:port")"; }
  std::string operator()(const std::optional<placement::Location>*) const {
    return R"(a location such as "DE", "US-CA" or "DE/Berlin")";
  }
  std::string operator()(const std::vector<std::string>*) const { return "a list of "; }
  std::string operator()(const std::vector<Endpoint>*) const { return R"(a list of "host:port")"; }
};

std::string bound_text(const Field& field, std::uint64_t bound) {
  if (std::holds_alternative<ByteCount*>(field)) return to_string(ByteCount{bound});
  if (std::holds_alternative<double*>(field)) return fmt::format("{}", fraction_of(bound));
  if (std::holds_alternative<Duration*>(field))
    return duration_text(Duration(static_cast<Duration::rep>(bound)));
  return std::to_string(bound);
}

Field field_of(const Setting& setting) {
  static Settings defaults;  // Only the field's type is looked at.
  return setting.field(defaults);
}

}  // namespace

bool is_list(const Setting& setting) {
  const auto field = field_of(setting);
  return std::holds_alternative<std::vector<std::string>*>(field) ||
         std::holds_alternative<std::vector<Endpoint>*>(field);
}

Result<void> assign(Settings& settings, const Setting& setting, const std::vector<std::string>& items,
                    std::string_view name) {
  auto changed = settings;
  const bool is_read =
      std::visit([&](auto* out) { return read(setting, items, *out); }, setting.field(changed));
  if (!is_read || (setting.obeys != nullptr && !setting.obeys(changed))) {
    std::vector<std::string> shown;
    for (const auto& item : items) shown.push_back(toml_string(item));
    return not_allowed(setting, name, fmt::format("{}", fmt::join(shown, ", ")));
  }
  settings = std::move(changed);
  return {};
}

std::unexpected<Error> not_allowed(const Setting& setting, std::string_view name, std::string_view instead) {
  constexpr std::size_t kMostShown = 100;
  const auto* more = instead.size() > kMostShown ? "..." : "";
  return fail(Errc::invalid, fmt::format("{} must be {}, not {}{}", name, allowed(setting),
                                         instead.substr(0, kMostShown), more));
}

std::string allowed(const Setting& setting) {
  const auto field = field_of(setting);
  auto out = std::visit(KindName{}, field);
  if (setting.most != UINT64_MAX) {
    out += fmt::format(", from {} to {}", bound_text(field, setting.least), bound_text(field, setting.most));
  }
  if (setting.rule.empty()) return out;
  const bool goes_on = out.empty() || out.ends_with(' ');
  return fmt::format("{}{}{}", out, goes_on ? "" : ", ", setting.rule);
}

std::string toml_value(const Settings& settings, const Setting& setting) {
  auto copy = settings;
  return std::visit([](const auto* value) { return Writer{}(*value); }, setting.field(copy));
}

std::string toml_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if ((c >= 0 && c < ' ') || c == '\x7F') {
      out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace mycostr::config
