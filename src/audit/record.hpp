// One audit, as it is told of and listed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agreement/agreement.hpp"
#include "wire/verdict.hpp"

namespace mycostr::audit {

/// Random.
using AuditId = FixedBytes<struct AuditIdTag, 16>;
using Outcome = wire::AuditOutcome;

/// How an audit by this node, as owner, ended. A contained one ends several times: once for each time it was
/// asked.
struct Verdict {
  AuditId id;
  NodeId holder;
  AgreementId agreement;
  std::uint64_t epoch = 0;
  std::uint32_t serial = 0;
  Outcome outcome = Outcome::unknown;
  std::vector<ShardId> lost;  ///< proven to be missing or rotten, of the agreement
  bool was_reported = false;  ///< all of `lost`, by the holder itself, before
  WallTime at;
  Duration latency{};
  std::size_t proof_bytes = 0;
  std::size_t leaves = 0;  ///< proven
  std::optional<Duration>
      chained_step;        ///< of a chained audit that was answered: the call's time over its steps
  bool disagrees = false;  ///< the holder says that it knows no such agreement, or another revision of it
};

/// An entry of the list of audits: by this node as owner, or of this node as holder.
struct Record {
  AuditId id;
  AgreementId agreement;
  agreement::Role role = agreement::Role::owner;
  NodeId peer = {};
  std::uint64_t epoch = 0;
  std::uint32_t serial = 0;
  Outcome outcome = Outcome::unknown;
  WallTime at;  ///< in milliseconds, with the id the key of its row
  Duration latency{};
  std::size_t proof_bytes = 0;
  std::uint32_t leaves = 0;  ///< proven
  std::uint32_t lost = 0;    ///< shards
  bool chained = false;
  std::string why = {};  ///< for people; empty where it passed
  bool has_transcript = false;
  bool operator==(const Record&) const = default;
};

/// Of the row au/<time><id>; both of them are in its key.
std::string encode_row(const Record& record);
/// Errors: corrupt.
Result<Record> decode_row(const AuditId& id, WallTime at, std::string_view row);

}  // namespace mycostr::audit
