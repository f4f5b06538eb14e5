// Refusals of the REST API: each is one of these codes and becomes an RFC 9457 document.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mycostr/http.hpp"
#include "placement/placement.hpp"

namespace mycostr::api {

enum class Code {
  malformed_request,
  unknown_field,
  invalid_value,
  invalid_json,
  invalid_multipart,
  options_after_file,
  missing_file,
  redundancy_too_low,
  unsupported_encryption,
  unknown_location,
  capacity_too_small,
  capacity_unavailable,
  unauthorized,
  wrong_origin,
  not_found,
  file_not_found,
  node_not_found,
  agreement_not_found,
  audit_not_found,
  method_not_allowed,
  stalled,  ///< 408 `timeout`: the client sends nothing
  idempotency_conflict,
  not_auditable,  ///< the agreement cannot be audited from here, or not now
  capacity_in_use,
  body_too_large,
  target_too_long,
  range_not_satisfiable,
  wrong_host,
  identity_mismatch,
  wrong_network,
  internal,
  storage_failed,
  not_enough_shards,
  unreachable,
  overloaded,
  timeout,  ///< 504 `timeout`: no byte could be sent in time
  not_enough_nodes,
  client_gone  ///< no document: nobody is there to read it
};

struct CodeInfo {
  Code code;
  unsigned status;        ///< 0: no answer
  std::string_view word;  ///< `code` of the document: stable
  std::string_view title;
};
const CodeInfo& info(Code code);

/// What a 507 says beyond its code.
struct NodeShortage {
  std::size_t needed = 0;
  std::size_t available = 0;
  std::vector<placement::Exclusion> excluded;
};

struct ApiError {
  Code code = Code::internal;
  std::string detail = {};                  ///< what is wrong and what to do; never a secret
  std::string field = {};                   ///< empty: of none
  std::optional<std::uint64_t> index = {};  ///< of a chunk
  std::optional<NodeShortage> shortage = {};
  std::vector<HttpField> headers = {};  ///< beyond Content-Type
};

template <class T>
using Outcome = std::expected<T, ApiError>;

inline std::unexpected<ApiError> refuse(Code code, std::string detail) {
  return std::unexpected(ApiError{.code = code, .detail = std::move(detail)});
}
inline std::unexpected<ApiError> refuse_field(Code code, std::string_view field, std::string detail) {
  return std::unexpected(ApiError{.code = code, .detail = std::move(detail), .field = std::string(field)});
}

/// 503 with Retry-After.
ApiError overloaded(std::string detail);
/// 500 for what the own disk or catalog failed at. The error goes to the log, not to the client.
ApiError storage_failed(std::string_view doing, const Error& error);

inline constexpr std::string_view kProblemType = "application/problem+json";
/// The document. Bytes that are no UTF-8 are replaced.
std::string problem_json(const ApiError& error);
std::string problem_json(unsigned status, std::string_view code, std::string_view detail);

}  // namespace mycostr::api
