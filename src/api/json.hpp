// Inside of api only, for the files that make JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "agreement/agreement.hpp"

namespace mycostr::api {

using Json = nlohmann::ordered_json;

/// Texts from outside that are no UTF-8 are replaced.
std::string text_of(const Json& document);
Json text_or_null(const std::string& text);
Json describe(const agreement::Agreement& agreement);

}  // namespace mycostr::api
