// Inside of api only, for the files that make JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "agreement/agreement.hpp"
#include "payment/payments.hpp"

namespace mycostr::api {

using Json = nlohmann::ordered_json;

/// Texts from outside that are no UTF-8 are replaced.
std::string text_of(const Json& document);
Json text_or_null(const std::string& text);
Json time_or_null(const std::optional<WallTime>& time);
/// With how its owner stands with its holder.
Json describe(const agreement::Agreement& agreement, payment::Payments& payments);

}  // namespace mycostr::api
