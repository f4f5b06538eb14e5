#include "api/problem.hpp"

#include <array>

#include "base/log.hpp"

namespace mycostr::api {
namespace {

constexpr std::array kCodes = {
    CodeInfo{Code::malformed_request, 400, "malformed_request", "Malformed request"},
    CodeInfo{Code::unknown_field, 400, "unknown_field", "Unknown field"},
    CodeInfo{Code::invalid_value, 400, "invalid_value", "Invalid value"},
    CodeInfo{Code::invalid_json, 400, "invalid_json", "Invalid JSON"},
    CodeInfo{Code::invalid_multipart, 400, "invalid_multipart", "Invalid multipart form"},
    CodeInfo{Code::options_after_file, 400, "options_after_file", "Options after the file"},
    CodeInfo{Code::missing_file, 400, "missing_file", "No file"},
    CodeInfo{Code::redundancy_too_low, 400, "redundancy_too_low", "Redundancy too low"},
    CodeInfo{Code::unsupported_encryption, 400, "unsupported_encryption", "Unsupported encryption"},
    CodeInfo{Code::unknown_location, 400, "unknown_location", "Unknown location"},
    CodeInfo{Code::capacity_too_small, 400, "capacity_too_small", "Capacity too small"},
    CodeInfo{Code::capacity_unavailable, 400, "capacity_unavailable", "Capacity not available"},
    CodeInfo{Code::unauthorized, 401, "unauthorized", "Unauthorized"},
    CodeInfo{Code::wrong_origin, 403, "wrong_origin", "Foreign origin"},
    CodeInfo{Code::not_found, 404, "not_found", "Not found"},
    CodeInfo{Code::file_not_found, 404, "file_not_found", "File not found"},
    CodeInfo{Code::node_not_found, 404, "node_not_found", "Node not found"},
    CodeInfo{Code::agreement_not_found, 404, "agreement_not_found", "Agreement not found"},
    CodeInfo{Code::audit_not_found, 404, "audit_not_found", "Audit not found"},
    CodeInfo{Code::method_not_allowed, 405, "method_not_allowed", "Method not allowed"},
    CodeInfo{Code::stalled, 408, "timeout", "Request timeout"},
    CodeInfo{Code::idempotency_conflict, 409, "idempotency_conflict", "Idempotency key in use"},
    CodeInfo{Code::not_auditable, 409, "not_auditable", "Not auditable"},
    CodeInfo{Code::capacity_in_use, 409, "capacity_in_use", "Capacity in use"},
    CodeInfo{Code::body_too_large, 413, "body_too_large", "Body too large"},
    CodeInfo{Code::target_too_long, 414, "target_too_long", "Request target too long"},
    CodeInfo{Code::range_not_satisfiable, 416, "range_not_satisfiable", "Range not satisfiable"},
    CodeInfo{Code::wrong_host, 421, "wrong_host", "Wrong host"},
    CodeInfo{Code::identity_mismatch, 422, "identity_mismatch", "Another identity"},
    CodeInfo{Code::wrong_network, 422, "wrong_network", "Another network"},
    CodeInfo{Code::internal, 500, "internal", "Internal error"},
    CodeInfo{Code::storage_failed, 500, "storage_failed", "Storage failed"},
    CodeInfo{Code::not_enough_shards, 502, "not_enough_shards", "Not enough shards"},
    CodeInfo{Code::unreachable, 502, "unreachable", "Node unreachable"},
    CodeInfo{Code::overloaded, 503, "overloaded", "Overloaded"},
    CodeInfo{Code::timeout, 504, "timeout", "Timeout"},
    CodeInfo{Code::not_enough_nodes, 507, "not_enough_nodes", "Not enough nodes"},
    CodeInfo{Code::client_gone, 0, "client_gone", "Client gone"},
};

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < kCodes.size(); ++i) {
    if (kCodes[i].code != static_cast<Code>(i)) return false;
  }
  return kCodes.size() == static_cast<std::size_t>(Code::client_gone) + 1;
}
static_assert(is_in_order());

}  // namespace

const CodeInfo& info(Code code) {
  return kCodes[static_cast<std::size_t>(code)];
}

ApiError overloaded(std::string detail) {
  return {.code = Code::overloaded, .detail = std::move(detail), .headers = {{"Retry-After", "5"}}};
}

ApiError storage_failed(std::string_view doing, const Error& error) {
  log(LogLevel::error, "api", "{}: {}", doing, to_string(error));
  return {.code = Code::storage_failed, .detail = "This node's own storage failed; its log says more."};
}

}  // namespace mycostr::api
