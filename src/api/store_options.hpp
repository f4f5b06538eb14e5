// The options of POST /store.
#pragma once

#include "api/parameters.hpp"
#include "files/store_service.hpp"

namespace mycostr::api {

inline constexpr std::size_t kMaxName = 1024;
inline constexpr std::size_t kMaxIdempotencyKey = 255;

/// What an upload says of its file without options.
struct UploadDefaults {
  std::optional<std::string> name;
  std::optional<std::string> content_type;
};

/// Refusals: unknown_field, invalid_value, redundancy_too_low, unknown_location, unsupported_encryption.
Outcome<files::StoreOptions> read_store_options(const Parameters& parameters, const UploadDefaults& defaults);

/// The option "geographic"; empty: anywhere. Refusals: invalid_value, unknown_location.
Outcome<std::vector<placement::Area>> read_areas(const Parameters& parameters);

/// The Idempotency-Key field. Refusals: invalid_value.
Outcome<std::optional<std::string>> read_idempotency_key(const HttpRequest& request);

}  // namespace mycostr::api
