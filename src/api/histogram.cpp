#include "api/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace mycostr::api {
namespace {

std::int64_t second_of(SteadyTime time) {
  return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace

void Histogram::add(Duration value) {
  const auto us = static_cast<std::uint64_t>(std::max<std::int64_t>(1, value.count() / 1000));
  const auto octave = static_cast<std::size_t>(std::bit_width(us)) - 1;
  const auto part = static_cast<std::size_t>((us - (std::uint64_t{1} << octave)) * kPerOctave >> octave);
  ++buckets_[std::min(octave * kPerOctave + part, buckets_.size() - 1)];
  ++count_;
}

double Histogram::quantile_seconds(double share) const {
  if (count_ == 0) return 0;
  const auto wanted = std::max(1.0, std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  std::size_t bucket = 0;
  for (; bucket + 1 < buckets_.size(); ++bucket) {
    seen += buckets_[bucket];
    if (static_cast<double>(seen) >= wanted) break;
  }
  const auto octave = static_cast<double>(bucket / kPerOctave);
  const auto part = static_cast<double>(bucket % kPerOctave + 1) / kPerOctave;
  return std::exp2(octave) * (1 + part) / 1e6;
}

void Rate::add(SteadyTime now, std::uint64_t amount) {
  const auto second = second_of(now);
  auto& slot = slots_[static_cast<std::size_t>(second % kSeconds)];
  if (slot.second != second) slot = {second, 0};
  slot.amount += amount;
}

double Rate::per_second(SteadyTime now) const {
  const auto second = second_of(now);
  std::uint64_t sum = 0;
  for (const auto& slot : slots_) {
    if (slot.second > second - kSeconds && slot.second <= second) sum += slot.amount;
  }
  return static_cast<double>(sum) / kSeconds;
}

}  // namespace mycostr::api
