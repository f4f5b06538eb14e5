// links: wire
#include "wire/upkeep.hpp"

#include "fuzz/entry.hpp"

namespace mycostr::fuzz {
namespace {

void check_report(const wire::LostShards& report) {
  check(!report.shards.empty() && report.shards.size() <= wire::kMaxShardsPerReport);
  check(to_unix_ms(report.reported) >= 0 && to_unix_ms(report.reported) < (1LL << 48));
}

}  // namespace

void take(ByteView input) {
  static const crypto::Identity holder{crypto::Identity::Seed{}};
  if (const auto as_it_is = wire::decode_lost_shards(input)) check_report(*as_it_is);
  // And as a payload that its holder signed: a signature is not found by chance.
  const wire::SignedPayload signed_payload{Bytes(input.begin(), input.end()),
                                           holder.sign(wire::kLostPurpose, input)};
  const auto report = wire::decode_lost_shards(wire::encode_signed(signed_payload));
  if (!report) return;
  check_report(*report);
  check(report->holder() == holder.id());
  check(wire::decode_lost_shards(wire::encode_lost_shards(*report, holder)) == *report);
}

}  // namespace mycostr::fuzz
