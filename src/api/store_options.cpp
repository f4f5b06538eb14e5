#include "api/store_options.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "api/header_value.hpp"

namespace mycostr::api {
namespace {

constexpr std::size_t kMaxAreas = 1000;

Outcome<std::uint32_t> read_redundancy(const Parameters& parameters) {
  const auto given = parameters.integer("redundancy");
  if (!given) return std::unexpected(given.error());
  if (!*given) return files::kMinRedundancy;
  const auto& value = **given;
  if (value.is_negative || value.magnitude < files::kMinRedundancy) {
    return refuse_field(Code::redundancy_too_low, "redundancy",
                        fmt::format("Every chunk is kept by {} nodes at least.", files::kMinRedundancy));
  }
  if (value.magnitude > files::kMaxRedundancy) {
    return refuse_field(Code::invalid_value, "redundancy",
                        fmt::format("Every chunk is kept by {} nodes at most.", files::kMaxRedundancy));
  }
  return static_cast<std::uint32_t>(value.magnitude);
}

Outcome<void> check_encryption(const Parameters& parameters) {
  const auto name = parameters.text("encryption", kMaxName);
  if (!name) return std::unexpected(name.error());
  if (!*name || **name == files::kEncryption) return {};
  return refuse_field(Code::unsupported_encryption, "encryption",
                      fmt::format("The only encryption is {}.", files::kEncryption));
}

}  // namespace

Outcome<std::vector<placement::Area>> read_areas(const Parameters& parameters) {
  auto texts = parameters.list("geographic");
  if (!texts) return std::unexpected(texts.error());
  std::vector<placement::Area> areas;
  if (!*texts) return areas;
  auto& names = **texts;
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  if (names.size() > kMaxAreas) {
    return refuse_field(Code::invalid_value, "geographic",
                        fmt::format("This takes {} areas at most.", kMaxAreas));
  }
  for (const auto& name : names) {
    auto area = placement::parse_area(name);
    if (!area) {
      return refuse_field(
          Code::unknown_location, "geographic",
          fmt::format("\"{}\" is no location; use ISO 3166 codes such as DE or US-CA, perhaps with "
                      "\"/Place\", or a continent such as europe.",
                      name));
    }
    areas.push_back(std::move(*area));
  }
  return areas;
}

Outcome<files::StoreOptions> read_store_options(const Parameters& given, const UploadDefaults& defaults) {
  auto known = given.allow_only({"redundancy", "geographic", "encryption", "name", "content_type"});
  if (!known) return std::unexpected(known.error());
  // What the upload says goes the same way as an option, where no option says otherwise.
  auto parameters = given;
  if (defaults.name && !given.has("name")) known = parameters.add("name", *defaults.name);
  if (defaults.content_type && !given.has("content_type")) {
    known = parameters.add("content_type", *defaults.content_type);
  }
  const auto redundancy = read_redundancy(parameters);
  if (!redundancy) return std::unexpected(redundancy.error());
  auto areas = read_areas(parameters);
  if (!areas) return std::unexpected(areas.error());
  if (auto checked = check_encryption(parameters); !checked) return std::unexpected(checked.error());
  auto name = parameters.text("name", kMaxName);
  if (!name) return std::unexpected(name.error());
  auto content_type = parameters.text("content_type", kMaxName);
  if (!content_type) return std::unexpected(content_type.error());
  if (*content_type && !is_content_type(**content_type)) {
    return refuse_field(Code::invalid_value, "content_type",
                        "This has to be 1 to 255 printable ASCII characters.");
  }
  files::StoreOptions out;
  out.redundancy = *redundancy;
  out.areas = std::move(*areas);
  if (*name) out.name = std::move(**name);
  if (*content_type) out.content_type = std::move(**content_type);
  return out;
}

Outcome<std::optional<std::string>> read_idempotency_key(const HttpRequest& request) {
  constexpr std::string_view kField = "Idempotency-Key";
  const auto value = request.field(kField);
  if (!value) return std::optional<std::string>();
  if (request.field_count(kField) > 1)
    return refuse_field(Code::invalid_value, kField, "Give this field once.");
  if (value->empty() || value->size() > kMaxIdempotencyKey) {
    return refuse_field(Code::invalid_value, kField,
                        fmt::format("This has to be 1 to {} bytes long.", kMaxIdempotencyKey));
  }
  return std::string(*value);
}

}  // namespace mycostr::api
