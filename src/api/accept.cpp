#include "api/accept.hpp"

#include "api/header_value.hpp"
#include "api/text.hpp"

namespace mycostr::api {
namespace {

/// How welcome a type is, in thousandths, and by how exact a word of the client.
struct Welcome {
  int exactness = 0;
  unsigned quality = 0;
};

/// "0.8" in thousandths; nothing for what is none.
std::optional<unsigned> parse_quality(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  auto out = static_cast<unsigned>(text[0] - '0') * 1000;
  unsigned unit = 100;
  for (const char digit : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (digit < '0' || digit > '9') return std::nullopt;
    out += static_cast<unsigned>(digit - '0') * unit;
    unit /= 10;
  }
  return out <= 1000 ? std::optional(out) : std::nullopt;
}

int exactness_of(std::string_view range, std::string_view type) {
  if (range == type) return 3;
  if (range == "*/*") return 1;
  const auto slash = type.find('/') + 1;
  return range.size() == slash + 1 && range.ends_with('*') && range.starts_with(type.substr(0, slash)) ? 2
                                                                                                       : 0;
}

void take(Welcome& welcome, const HeaderValue& range, std::string_view type) {
  const auto exactness = exactness_of(range.value, type);
  if (exactness <= welcome.exactness) return;
  const auto* text = range.find("q");
  const auto quality = text == nullptr ? 1000U : parse_quality(*text);
  if (quality) welcome = {exactness, *quality};
}

}  // namespace

bool prefers_csv(std::string_view accept) {
  Welcome csv, json;
  while (!accept.empty()) {
    const auto part = accept.substr(0, accept.find(','));
    accept.remove_prefix(std::min(accept.size(), part.size() + 1));
    const auto range = parse_header_value(trim(part));
    if (!range) continue;
    take(csv, *range, "text/csv");
    take(json, *range, "application/json");
  }
  if (csv.quality != json.quality) return csv.quality > json.quality;
  return csv.quality > 0 && csv.exactness > json.exactness;
}

}  // namespace mycostr::api
