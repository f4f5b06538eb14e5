// What audits cost: proofs made and judged per second of one core, their size, and what that is an hour for a
// terabyte. One JSON object. Disks and network are not in it: stores in memory, time is virtual.
//
// usage: bench_audit
#include <fmt/core.h>
#include <time.h>

#include <set>

#include "unit/audit/parties.hpp"

namespace mycostr::bench {
namespace {

constexpr std::size_t kShards = 400;
constexpr std::uint32_t kLeaves = 256;  // of 1 MiB
constexpr int kProofs = 2000;

double thread_cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

struct Cost {
  double made_per_second = 0;
  double judged_per_second = 0;
};

/// Challenges of `count` leaves, one after the other, answered by the holder's service and judged as the
/// owner's does.
Cost measure(audit::Parties& parties, std::uint32_t count, wire::AuditKind kind) {
  double making = 0;
  double judging = 0;
  for (int i = 0; i < kProofs; ++i) {
    parties.pass(parties.settings.period);
    auto challenge = parties.challenge(0, count);
    challenge.kind = kind;
    const auto encoded = parties.signed_by_owner(challenge);
    const auto before = thread_cpu_seconds();
    const auto proof = parties.ask(encoded);
    const auto made = thread_cpu_seconds();
    if (!proof) throw std::runtime_error(to_string(proof.error()));
    const auto judgement =
        audit::judge(*wire::decode_challenge(encoded), parties.vault.holder.public_key(), *proof);
    if (!judgement.passed) throw std::runtime_error(judgement.why);
    making += made - before;
    judging += thread_cpu_seconds() - made;
  }
  return {kProofs / making, kProofs / judging};
}

/// Bytes of a proof of so many full shards of `leaves` leaves.
std::size_t proof_size(std::uint64_t shards, std::uint32_t leaves, std::uint32_t count) {
  test::SeededRandom random(1);
  std::set<std::uint64_t> slots;
  while (slots.size() < count) slots.insert(random.below(shards));
  wire::Proof proof;
  for (const auto slot : slots) {
    wire::ProofSample sample{slot, {}, {std::uint64_t{leaves} * kLeafSize}, false, {}, {}};
    sample.leaves.push_back({static_cast<std::uint32_t>(random.below(leaves)), Bytes(kLeafSize)});
    const std::vector<std::uint64_t> index{sample.leaves.front().index};
    sample.path.resize(crypto::batch_siblings(leaves, index).size());
    proof.samples.push_back(std::move(sample));
  }
  proof.path.resize(crypto::batch_siblings(shards, std::vector(slots.begin(), slots.end())).size());
  return wire::encode_proof(proof, audit::identity_of(1)).size();
}

/// Of one terabyte in 1 MiB shards, that so many owners share.
std::string per_terabyte(std::uint64_t agreements) {
  const auto shards = 1'000'000'000'000 / (1 << 20) / agreements;
  const auto count = audit::leaves_to_ask(shards * kLeaves, wire::kMaxAuditLeaves);
  const auto bytes = proof_size(shards, kLeaves, count);
  return fmt::format(
      "{{\"agreements\": {}, \"leaves\": {}, \"proof_bytes\": {}, \"mb_per_hour\": {:.2f}, "
      "\"reads_per_hour\": {}}}",
      agreements, count, bytes, static_cast<double>(agreements * bytes) / 1e6, agreements * count);
}

void run() {
  audit::Settings settings;
  settings.kept_transcripts = 10;
  audit::Parties parties(std::vector<std::uint32_t>(kShards, kLeaves), settings);
  // The owner's own audits would be measured too.
  parties.line = Errc::unreachable;
  const auto most = measure(parties, 64, wire::AuditKind::plain);
  const auto least = measure(parties, 32, wire::AuditKind::plain);
  const auto chained = measure(parties, wire::kChainSteps, wire::AuditKind::chained);
  fmt::print(
      "{{\"made_64\": {:.0f}, \"judged_64\": {:.0f}, \"made_32\": {:.0f}, \"judged_32\": {:.0f}, "
      "\"made_chained\": {:.0f}, \"judged_chained\": {:.0f}, \"terabyte\": [{}, {}, {}, {}]}}\n",
      most.made_per_second, most.judged_per_second, least.made_per_second, least.judged_per_second,
      chained.made_per_second, chained.judged_per_second, per_terabyte(1), per_terabyte(10),
      per_terabyte(100), per_terabyte(1000));
}

}  // namespace
}  // namespace mycostr::bench

int main() {
  try {
    mycostr::bench::run();
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_audit: {}\n", error.what());
    return 1;
  }
}
