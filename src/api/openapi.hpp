// The daemon's own description of its API.
#pragma once

#include <string>

namespace mycostr::api {

/// OpenAPI 3.1, from src/api/openapi.json, with `version` as its own.
std::string openapi_document(const std::string& version);

}  // namespace mycostr::api
