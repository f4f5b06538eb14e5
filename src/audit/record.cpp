#include "audit/record.hpp"

#include "mycostr/audit.pb.h"

namespace mycostr::audit {
namespace {

constexpr std::size_t kMaxWhy = 200;

bool is_outcome(std::uint32_t value) {
  return value >= static_cast<std::uint32_t>(Outcome::passed) &&
         value <= static_cast<std::uint32_t>(Outcome::unknown);
}

}  // namespace

std::string encode_row(const Record& record) {
  proto::AuditRow row;
  row.set_agreement(std::string(record.agreement.text()));
  row.set_epoch(record.epoch);
  row.set_serial(record.serial);
  row.set_role(record.role == agreement::Role::owner ? 0 : 1);
  row.set_peer(std::string(record.peer.text()));
  row.set_outcome(static_cast<std::uint32_t>(record.outcome));
  row.set_latency_ns(record.latency.count());
  row.set_proof_bytes(record.proof_bytes);
  row.set_leaves(record.leaves);
  row.set_lost(record.lost);
  row.set_chained(record.chained);
  row.set_why(record.why.substr(0, kMaxWhy));
  row.set_transcript(record.has_transcript);
  return row.SerializeAsString();
}

Result<Record> decode_row(const AuditId& id, WallTime at, std::string_view bytes) {
  proto::AuditRow row;
  const bool parsed = row.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  const auto agreement = AgreementId::from(as_bytes(row.agreement()));
  const auto peer = NodeId::from(as_bytes(row.peer()));
  if (!parsed || !agreement || !peer || row.role() > 1 || !is_outcome(row.outcome()))
    return fail(Errc::corrupt, "the row of audit " + id.hex());
  return Record{.id = id,
                .agreement = *agreement,
                .role = row.role() == 0 ? agreement::Role::owner : agreement::Role::holder,
                .peer = *peer,
                .epoch = row.epoch(),
                .serial = row.serial(),
                .outcome = static_cast<Outcome>(row.outcome()),
                .at = at,
                .latency = Duration(row.latency_ns()),
                .proof_bytes = row.proof_bytes(),
                .leaves = row.leaves(),
                .lost = row.lost(),
                .chained = row.chained(),
                .why = row.why(),
                .has_transcript = row.transcript()};
}

}  // namespace mycostr::audit
