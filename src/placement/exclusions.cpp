#include "placement/exclusions.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace mycostr::placement {
namespace {

bool lies_in_any(const std::vector<Area>& areas, const std::optional<Location>& location) {
  if (areas.empty()) return true;
  return location && std::ranges::any_of(areas, [&](const Area& area) { return contains(area, *location); });
}

std::string not_in(const std::vector<Area>& areas, const std::optional<Location>& location) {
  if (!location) return "its location is not known";
  std::string names;
  for (const auto& area : areas) names += (names.empty() ? "" : ", ") + std::string(area_text(area));
  return fmt::format("{} does not lie in {}", location->text(), names);
}

std::string silent_since(const std::optional<WallTime>& last_seen) {
  return last_seen ? "it does not answer, and did last at " + to_rfc3339(*last_seen)
                   : "it has never answered this node";
}

}  // namespace

std::vector<Exclusion> exclusions_of(const Candidate& candidate, const Request& request, bool has_grown,
                                     std::size_t most) {
  std::vector<Exclusion> out;
  // The detail is made only where it is told: of most nodes only the first reason is asked.
  const auto check = [&](bool speaks_against, std::string_view reason, auto detail) {
    if (speaks_against && out.size() < most) out.push_back({candidate.id, reason, detail()});
  };
  const auto told = [](const char* detail) { return [detail] { return std::string(detail); }; };
  check(candidate.id == request.self, "own_node", told("holders are other nodes than the owner"));
  check(candidate.capacity == ByteCount{}, "no_capacity", told("it offers no capacity"));
  check(candidate.distrust == Distrust::disqualified, "disqualified",
        told("it lost too much of what it kept"));
  check(!lies_in_any(request.areas, candidate.location), "wrong_location",
        [&] { return not_in(request.areas, candidate.location); });
  check(candidate.distrust == Distrust::suspended, "suspended",
        told("it lost data, and has to pass audits before it gets more"));
  check(has_grown && candidate.distrust == Distrust::poorly_online, "poorly_online",
        told("it was away too often in the last weeks"));
  check(!candidate.reachable, "offline", [&] { return silent_since(candidate.last_seen); });
  check(!candidate.accepting, "not_accepting", told("it takes no new shards"));
  check(candidate.price_msat_per_tb_month > request.max_price_msat_per_tb_month, "too_expensive", [&] {
    return fmt::format("it asks {} msat per TB and month, {} at most are paid",
                       candidate.price_msat_per_tb_month, request.max_price_msat_per_tb_month);
  });
  const bool is_full = candidate.capacity != ByteCount{} && candidate.free < request.shard_size;
  check(is_full, "full", [&] {
    return fmt::format("{} of {} bytes are free, a shard takes {}", candidate.free.value,
                       candidate.capacity.value, request.shard_size.value);
  });
  return out;
}

}  // namespace mycostr::placement
