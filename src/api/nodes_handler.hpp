// GET /nodes, /nodes/{id}, /nodes/{id}/why_not.
#pragma once

#include "api/answer.hpp"
#include "api/context.hpp"
#include "api/parameters.hpp"

namespace mycostr::api {

/// Loop thread only. References outlive it.
class NodesHandler {
 public:
  explicit NodesHandler(ApiContext& context) : context_(context) {}

  Outcome<Answer> list(const Parameters& parameters);
  /// Looks the node up in the DHT where it is not known.
  Task<Outcome<Answer>> show(std::string id, Parameters parameters);
  Task<Outcome<Answer>> why_not(std::string id, Parameters parameters);

 private:
  Task<Outcome<NodeId>> find(std::string id);
  ApiContext& context_;
};

}  // namespace mycostr::api
