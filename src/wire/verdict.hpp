// What an owner tells a holder after an audit: how it went, and how the holder stands with it. Signed by the
// owner, so that a holder can show it to others.
#pragma once

#include <string_view>

#include "base/time.hpp"
#include "wire/signed.hpp"

namespace mycostr::wire {

inline constexpr std::string_view kVerdictPurpose = "mycostr/verdict/1";
/// No encoded verdict is longer.
inline constexpr std::size_t kMaxVerdictSize = 512;

namespace operations {
/// The message is an encoded Signed verdict of the caller; the reply is empty.
inline constexpr const char* kTellVerdict = "audits/verdict";
}  // namespace operations

/// How an audit ended. The numbers are those on the wire and in rows.
enum class AuditOutcome : std::uint8_t {
  passed = 1,     ///< everything asked for was proven
  failed = 2,     ///< the holder lost data, showed wrong data, or would not show any for too long
  offline = 3,    ///< it could not be reached: says nothing of the data
  contained = 4,  ///< reached, but no right answer yet: the same is asked again
  unknown = 5     ///< the fault may be on this side
};
/// "passed" and so on.
std::string_view outcome_name(AuditOutcome outcome);

/// How a holder stands with one owner. The numbers are those on the wire.
enum class NodeState : std::uint8_t {
  fresh = 1,         ///< not vetted yet
  good = 2,          ///< vetted
  suspended = 3,     ///< gets no new data
  disqualified = 4,  ///< for good: its data is moved away
};
/// "new", "good", "suspended", "disqualified"
std::string_view state_name(NodeState state);

/// Serials go no higher: the audits that an owner may ask for in one epoch.
inline constexpr std::uint32_t kMaxVerdictSerial = 16;

struct Verdict {
  PublicKey owner_key;
  NodeId holder;
  AgreementId agreement;
  std::uint64_t epoch = 0;
  std::uint32_t serial = 0;
  AuditOutcome outcome = AuditOutcome::unknown;
  std::uint32_t integrity_ppm = 0;  ///< The scores after this audit; at most 1,000,000.
  std::uint32_t online_ppm = 0;
  NodeState state = NodeState::fresh;
  WallTime at;

  NodeId owner() const { return crypto::node_id_of(owner_key); }
  bool operator==(const Verdict&) const = default;
};

/// An encoded Signed.
Bytes encode_verdict(const Verdict& verdict, const crypto::Identity& owner);
/// Checks form, limits and signature; not the time. Errors: invalid.
Result<Verdict> decode_verdict(ByteView bytes);
/// The same without the signature, for bytes that were checked when they were written to the own disk.
Result<Verdict> decode_trusted_verdict(ByteView bytes);

}  // namespace mycostr::wire
