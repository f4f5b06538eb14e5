// JSON of the answers. Texts from outside that are no UTF-8 are replaced.
#pragma once

#include "api/context.hpp"
#include "api/metrics.hpp"

namespace mycostr::api {

/// A file with a page of its chunks: the answer of POST /store, and with `health` of GET /files/{id}.
std::string file_json(const files::FileInfo& file, const std::vector<files::ChunkInfo>& chunks,
                      bool is_truncated, const std::optional<files::FileHealth>& health);
std::string file_list_json(const files::FileList& list);

/// What a node is registered with.
struct NodeAnswer {
  NodeId id;
  PublicKey key;
  ByteCount capacity;
  std::string location;  ///< empty: none
  std::vector<Endpoint> endpoints;
  WallTime registered;
};
std::string node_json(const NodeAnswer& node);

/// Where a node stands in the list of nodes: by when it was first seen.
struct NodeListPlace {
  WallTime first_seen;
  NodeId id;
  auto operator<=>(const NodeListPlace&) const = default;
  std::string text() const;
  static std::optional<NodeListPlace> parse(std::string_view text);
};
/// REQUIRES: the nodes are in the directory.
std::string known_node_json(const ApiContext& context, const NodeId& id);
std::string node_list_json(const ApiContext& context, const std::vector<NodeListPlace>& places,
                           bool has_more);
std::string why_not_json(const std::vector<placement::Exclusion>& exclusions);

struct StatusRequest {
  bool metrics = false;
  bool detailed = false;
};
std::string status_json(const ApiContext& context, const Metrics& metrics, SteadyTime started,
                        StatusRequest wanted);

}  // namespace mycostr::api
