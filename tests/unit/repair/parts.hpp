// Holders and chunks with few words.
#pragma once

#include "repair/planner.hpp"

namespace mycostr::repair::test {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

inline const SteadyTime kStart{hours(1000)};

inline NodeId node(std::uint8_t number) {
  NodeId id;
  id.bytes.fill(number);
  return id;
}

inline ChunkKey key(std::uint8_t number) {
  ChunkKey out;
  out.file.bytes.fill(number);
  return out;
}

/// Chunk `number` of three copies, on the nodes named.
inline ChunkView chunk_on(std::vector<std::uint8_t> nodes, std::uint8_t number = 1,
                          std::uint32_t redundancy = 3) {
  ChunkView out;
  out.key = key(number);
  out.size = 1_MiB;
  out.redundancy = redundancy;
  for (const auto n : nodes) {
    ShardId shard;
    shard.bytes.fill(number);
    shard.bytes[0] = n;
    out.copies.push_back({shard, node(n), std::nullopt});
  }
  return out;
}

inline Observation sign(Observation::Sign sign) {
  Observation out;
  out.sign = sign;
  return out;
}
inline Observation answers() {
  return sign(Observation::Sign::answers);
}
inline Observation silent() {
  return sign(Observation::Sign::silent);
}

inline Observation with_score(double score) {
  auto seen = answers();
  seen.score = score;
  return seen;
}
inline Observation in_domain(const char* domain, double score = 1) {
  auto seen = with_score(score);
  seen.domain = domain;
  return seen;
}
inline Observation draining() {
  auto seen = answers();
  seen.is_draining = true;
  return seen;
}
inline Observation disqualified() {
  auto seen = answers();
  seen.trust = Trust::disqualified;
  return seen;
}

inline ShardId shard_on(const ChunkView& chunk, std::uint8_t n) {
  for (const auto& copy : chunk.copies) {
    if (copy.holder == node(n)) return copy.shard;
  }
  return {};
}

/// Holders 1 to `count` under a clock that goes on minute by minute.
class HoldersRun {
 public:
  explicit HoldersRun(std::uint8_t count, Settings settings = {}) : holders(settings, kStart), count_(count) {
    for (std::uint8_t n = 1; n <= count; ++n) now_observe(n);
    // The time in which nobody is given up after a start is over.
    pass(settings.suspect_after);
  }

  void set(std::uint8_t n, Observation seen) { seen_[n] = std::move(seen); }
  void silence(std::uint8_t n) { seen_[n].sign = Observation::Sign::silent; }
  void wake(std::uint8_t n) { seen_[n].sign = Observation::Sign::answers; }
  void pass(Duration time) {
    for (const auto end = now + time; now < end;) {
      now += std::min<Duration>(end - now, minutes(1));
      for (std::uint8_t n = 1; n <= count_; ++n) now_observe(n);
      append(holders.advance(now));
    }
  }
  HolderState state(std::uint8_t n) const { return holders.find(node(n))->state; }
  Assessment assess(const ChunkView& chunk) const { return repair::assess(chunk, holders, now); }

  Holders holders;
  SteadyTime now = kStart;
  std::vector<Transition> transitions;

 private:
  void now_observe(std::uint8_t n) {
    const auto at = seen_.find(n);
    append(holders.observe(node(n), at == seen_.end() ? answers() : at->second, now));
  }
  void append(std::vector<Transition> more) {
    transitions.insert(transitions.end(), more.begin(), more.end());
  }

  const std::uint8_t count_;
  std::map<std::uint8_t, Observation> seen_;  // those not named answer
};

}  // namespace mycostr::repair::test
