#include <nlohmann/json.hpp>

#include "api/openapi.hpp"

namespace mycostr::api {

// Made by CMake from openapi.json.
extern const unsigned char kOpenApiText[];
extern const std::size_t kOpenApiSize;

std::string openapi_document(const std::string& version) {
  auto document = nlohmann::ordered_json::parse(kOpenApiText, kOpenApiText + kOpenApiSize);
  document["info"]["version"] = version;
  return document.dump();
}

}  // namespace mycostr::api
