// links: wire
#include "fuzz/entry.hpp"
#include "wire/audit.hpp"

namespace mycostr::fuzz {

void take(ByteView input) {
  const auto signed_proof = wire::decode_proof(input);
  if (!signed_proof) return;
  std::size_t leaves = 0;
  for (const auto& sample : signed_proof->proof.samples) {
    leaves += sample.leaves.size();
    check(sample.missing == sample.leaves.empty());
    check(sample.size.value % kLeafSize == 0 && sample.size.value <= kMaxChunkSize);
  }
  check(leaves <= wire::kMaxAuditLeaves);
  const crypto::Identity holder(crypto::Identity::Seed{});
  const auto encoded = wire::encode_proof(signed_proof->proof, holder);
  const auto again = wire::decode_proof(encoded);
  check(again && again->proof == signed_proof->proof);
}

}  // namespace mycostr::fuzz
