// links: wire
#include "wire/agreement.hpp"

#include "fuzz/entry.hpp"

namespace mycostr::fuzz {

void take(ByteView input) {
  if (const auto terms = wire::decode_terms(input)) {
    check(wire::decode_terms(wire::encode(*terms)) == *terms);
  }
  if (const auto revision = wire::decode_revision(input)) {
    check(revision->shards <= wire::kMaxShardsPerAgreement);
    check(wire::decode_revision(wire::encode(*revision)) == *revision);
  }
  if (const auto both = wire::decode_co_signed(input)) {
    check(wire::decode_co_signed(wire::encode(*both)) == *both);
    static_cast<void>(wire::verify_terms(*both));
  }
}

}  // namespace mycostr::fuzz
