#include <nlohmann/json.hpp>

#include "api/json.hpp"
#include "api/problem.hpp"

namespace mycostr::api {
namespace {

// A network of thousands of nodes must not make the refusal of one file a document of megabytes.
constexpr std::size_t kMaxExcluded = 1000;

Json base_document(unsigned status, std::string_view code, std::string_view title, std::string_view detail) {
  Json document;
  document["type"] = "urn:mycostr:problem:" + std::string(code);
  document["title"] = title;
  document["status"] = status;
  document["detail"] = detail;
  document["code"] = code;
  return document;
}

void add_shortage(Json& document, const NodeShortage& shortage) {
  document["needed"] = shortage.needed;
  document["available"] = shortage.available;
  auto excluded = Json::array();
  for (const auto& node : shortage.excluded) {
    if (excluded.size() == kMaxExcluded) break;
    Json entry{{"node", node.node.hex()}, {"reason", node.reason}};
    if (!node.detail.empty()) entry["detail"] = node.detail;
    excluded.push_back(std::move(entry));
  }
  document["excluded"] = std::move(excluded);
  if (shortage.excluded.size() > kMaxExcluded) document["excluded_truncated"] = true;
}

}  // namespace

std::string problem_json(const ApiError& error) {
  const auto& code = info(error.code);
  auto document = base_document(code.status, code.word, code.title, error.detail);
  if (!error.field.empty()) document["field"] = error.field;
  if (error.index) document["index"] = *error.index;
  if (error.shortage) add_shortage(document, *error.shortage);
  return text_of(document);
}

std::string problem_json(unsigned status, std::string_view code, std::string_view detail) {
  auto title = std::string(code);
  for (auto& c : title) {
    if (c == '_') c = ' ';
  }
  if (!title.empty() && title[0] >= 'a' && title[0] <= 'z')
    title[0] = static_cast<char>(title[0] - 'a' + 'A');
  return text_of(base_document(status, code, title, detail));
}

}  // namespace mycostr::api
