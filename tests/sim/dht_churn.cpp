#include "sim/dht_churn.hpp"

#include <fmt/core.h>

#include <cmath>
#include <map>

namespace mycostr::sim {

Duration Sessions::draw(Random& random) const {
  const auto uniform = (double(random.below(1'000'000)) + 1) / 1'000'001;
  const auto scale = to_seconds(median) / std::pow(std::log(2.0), 1 / shape);
  const std::chrono::duration<double> seconds(scale * std::pow(-std::log(uniform), 1 / shape));
  return std::chrono::duration_cast<Duration>(
      std::min<std::chrono::duration<double>>(seconds, std::chrono::hours(24 * 365)));
}

DhtChurn::DhtChurn(DhtWorld& world, Sessions sessions) : world_(world), sessions_(sessions) {
  for (std::size_t i = 0; i < world_.size(); ++i) {
    if (world_.node(i).is_up()) end_later(i);
  }
}

void DhtChurn::end_later(std::size_t number) {
  world_.later(sessions_.draw(world_.random()), [this, number] {
    ++departures_;
    world_.replace(world_.node(number));
    end_later(number);
  });
}

std::string broken_limits(const dht::RoutingTable& table, const dht::TableLimits& limits) {
  std::map<Subnet, std::size_t> in_table;
  std::size_t size = 0;
  for (std::size_t i = 0; i < table.bucket_count(); ++i) {
    const auto& bucket = table.bucket(i);
    size += bucket.size();
    std::map<Subnet, std::size_t> in_bucket;
    for (const auto& entry : bucket) {
      const auto subnet = subnet_of(entry.contact.address.ip);
      ++in_table[subnet];
      if (++in_bucket[subnet] > limits.per_subnet_in_bucket)
        return fmt::format("bucket {}: one subnet too often", i);
    }
    if (bucket.size() > (i < limits.wide_buckets ? limits.wide_bucket_size : dht::kBucketSize))
      return fmt::format("bucket {} holds {}", i, bucket.size());
  }
  for (const auto& [subnet, count] : in_table) {
    if (count > limits.per_subnet) return fmt::format("one subnet {} times", count);
  }
  return size == table.size() ? "" : "the size is wrong";
}

}  // namespace mycostr::sim
