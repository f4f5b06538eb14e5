#include "api/parameters.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "api/text.hpp"

namespace mycostr::api {
namespace {

std::unexpected<ApiError> wrong(std::string_view field, std::string detail) {
  return refuse_field(Code::invalid_value, field, std::move(detail));
}

std::optional<Integer> parse_integer(std::string_view text) {
  Integer out;
  out.is_negative = text.starts_with('-');
  if (out.is_negative) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out.magnitude);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (out.magnitude == 0) out.is_negative = false;
  return out;
}

std::vector<std::string> split_at_commas(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto comma = text.find(',');
    out.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
    if (text.empty()) out.emplace_back();  // "DE," names an empty location too
  }
  return out;
}

}  // namespace

Outcome<void> Parameters::add(std::string name, Value value) {
  const auto [at, is_new] = values_.try_emplace(std::move(name), std::move(value));
  if (!is_new) return wrong(at->first, "This is given more than once; give it once.");
  return {};
}

Outcome<void> Parameters::add_all(Parameters other) {
  for (auto& [name, value] : other.values_) {
    if (auto added = add(name, std::move(value)); !added) return added;
  }
  return {};
}

Outcome<void> Parameters::allow_only(std::initializer_list<std::string_view> known) const {
  for (const auto& [name, value] : values_) {
    if (std::ranges::find(known, name) != known.end()) continue;
    std::string names;
    for (const auto one : known) names += (names.empty() ? "" : ", ") + std::string(one);
    return refuse_field(Code::unknown_field, name,
                        names.empty() ? "This call takes no options." : "This call takes: " + names + ".");
  }
  return {};
}

const Value* Parameters::find(std::string_view name) const {
  const auto at = values_.find(name);
  return at == values_.end() ? nullptr : &at->second;
}

Outcome<bool> Parameters::boolean(std::string_view name, bool otherwise) const {
  const auto* value = find(name);
  if (value == nullptr) return otherwise;
  if (const auto* flag = std::get_if<bool>(value)) return *flag;
  if (const auto* query = std::get_if<QueryText>(value)) {
    if (query->text == "true") return true;
    if (query->text == "false") return false;
  }
  return wrong(name, "This has to be true or false.");
}

Outcome<std::optional<Integer>> Parameters::integer(std::string_view name) const {
  const auto* value = find(name);
  if (value == nullptr) return std::optional<Integer>();
  if (const auto* integer = std::get_if<Integer>(value)) return *integer;
  if (const auto* query = std::get_if<QueryText>(value)) {
    if (const auto integer = parse_integer(query->text)) return *integer;
  }
  return wrong(name, "This has to be an integer.");
}

Outcome<std::uint64_t> Parameters::number(std::string_view name, std::uint64_t otherwise, std::uint64_t least,
                                          std::uint64_t most) const {
  const auto integer = this->integer(name);
  if (!integer) return std::unexpected(integer.error());
  if (!*integer) return otherwise;
  const auto& value = **integer;
  if (!value.is_negative && value.magnitude >= least && value.magnitude <= most) return value.magnitude;
  return wrong(name, most == UINT64_MAX
                         ? fmt::format("This has to be an integer of at least {}.", least)
                         : fmt::format("This has to be an integer from {} to {}.", least, most));
}

Outcome<std::optional<std::string>> Parameters::text(std::string_view name, std::size_t max_bytes) const {
  const auto* value = find(name);
  if (value == nullptr) return std::optional<std::string>();
  const auto* text = std::get_if<std::string>(value);
  if (const auto* query = std::get_if<QueryText>(value)) text = &query->text;
  if (text == nullptr) return wrong(name, "This has to be a text.");
  if (text->size() > max_bytes)
    return wrong(name, fmt::format("This may be {} bytes long at most.", max_bytes));
  if (text->find('\0') != std::string::npos) return wrong(name, "This may hold no NUL character.");
  if (!is_utf8(*text)) return wrong(name, "This has to be UTF-8.");
  return *text;
}

Outcome<std::optional<std::vector<std::string>>> Parameters::list(std::string_view name) const {
  const auto* value = find(name);
  if (value == nullptr) return std::optional<std::vector<std::string>>();
  if (const auto* list = std::get_if<std::vector<std::string>>(value)) return *list;
  if (const auto* query = std::get_if<QueryText>(value)) return split_at_commas(query->text);
  return wrong(name, "This has to be a list of texts.");
}

Outcome<Parameters> parse_query(std::string_view query) {
  Parameters out;
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    const auto raw_name = pair.substr(0, equals);
    const auto raw_value = equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    auto name = percent_decode(raw_name, true);
    if (raw_name.empty() || !name || !is_utf8(*name)) {
      return refuse_field(Code::unknown_field, raw_name.empty() ? pair : raw_name, "This names no option.");
    }
    auto value = percent_decode(raw_value, true);
    if (!value || !is_utf8(*value)) return wrong(*name, "This is not percent-encoded UTF-8.");
    if (auto added = out.add(std::move(*name), QueryText{std::move(*value)}); !added) {
      return std::unexpected(added.error());
    }
  }
  return out;
}

}  // namespace mycostr::api
