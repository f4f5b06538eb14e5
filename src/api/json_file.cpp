#include <nlohmann/json.hpp>

#include "api/json.hpp"
#include "api/render.hpp"

namespace mycostr::api {
namespace {

Json describe_file(const files::FileInfo& file) {
  return Json{{"id", file_id_text(file.id)},
              {"name", file.name},
              {"content_type", file.content_type},
              {"size", file.size},
              {"created", to_rfc3339(file.created)}};
}

Json describe_chunk(const files::ChunkInfo& chunk) {
  auto locations = Json::array();
  for (const auto& shard : chunk.shards) locations.push_back(shard.holder.hex());
  const auto id = chunk.id.hex();
  return Json{{"id", id},
              {"index", chunk.index},
              {"hash", id},
              {"size", chunk.size.value},
              {"locations", std::move(locations)}};
}

Json describe_health(const files::FileHealth& health) {
  Json out{{"chunks", health.chunks},
           {"healthy", health.healthy},
           {"degraded", health.degraded},
           {"lost", health.lost},
           {"min_live", nullptr}};
  if (health.min_live) out["min_live"] = *health.min_live;
  return out;
}

}  // namespace

std::string file_json(const files::FileInfo& file, const std::vector<files::ChunkInfo>& chunks,
                      bool is_truncated, const std::optional<files::FileHealth>& health) {
  Json document;
  auto ids = Json::array();
  auto entries = Json::array();
  for (const auto& chunk : chunks) {
    entries.push_back(describe_chunk(chunk));
    ids.push_back(entries.back()["id"]);
  }
  document["file"] = describe_file(file);
  document["file"]["chunks"] = std::move(ids);
  document["chunks"] = std::move(entries);
  if (is_truncated) document["chunks_truncated"] = true;
  document["redundancy"] = file.redundancy;
  document["encryption"] = files::kEncryption;
  if (health) document["health"] = describe_health(*health);
  return text_of(document);
}

std::string file_list_json(const files::FileList& list) {
  auto entries = Json::array();
  for (const auto& file : list.files) {
    auto entry = describe_file(file);
    entry["chunk_count"] = file.chunk_count;
    entry["redundancy"] = file.redundancy;
    entries.push_back(std::move(entry));
  }
  Json document{{"files", std::move(entries)}, {"next_cursor", nullptr}};
  if (!list.next_cursor.empty()) document["next_cursor"] = list.next_cursor;
  return text_of(document);
}

}  // namespace mycostr::api
