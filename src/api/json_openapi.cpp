#include <nlohmann/json.hpp>

#include "api/openapi.hpp"

namespace mycostr::api {

extern const char* const kOpenApiText;  // made by CMake from openapi.json

std::string openapi_document(const std::string& version) {
  auto document = nlohmann::ordered_json::parse(kOpenApiText);
  document["info"]["version"] = version;
  return document.dump();
}

}  // namespace mycostr::api
