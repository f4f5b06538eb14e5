#include "dht/directory.hpp"

#include <algorithm>
#include <span>
#include <tuple>

namespace mycostr::dht {
namespace {
/// Some at once: looking through all of them for each that comes would let strangers keep a core busy.
constexpr std::size_t kMadeRoom = kMaxKnownNodes / 100;
constexpr auto kMaxClockSkew = std::chrono::minutes(10);
constexpr auto kFirstRetry = std::chrono::seconds(2);
constexpr auto kRttWeight = 8;  // as TCP smooths its own: 1/8 of each new sample
}  // namespace

Result<Learned> Directory::learn(ByteView encoded, WallTime now) {
  const auto claimed = wire::decode_trusted_record(encoded);
  if (!claimed) return std::unexpected(claimed.error());
  const auto id = claimed->id();
  if (id == self_) return Learned::known;
  const auto known = nodes_.find(id);
  if (known != nodes_.end() && std::ranges::equal(known->second.encoded, encoded)) return Learned::known;
  if (claimed->network_id != network_id_) return fail(Errc::conflict, "record of another network");
  if (claimed->expires <= now) return fail(Errc::conflict, "record has expired");
  if (claimed->expires > now + wire::kMaxRecordLife + kMaxClockSkew ||
      from_unix_ms(static_cast<std::int64_t>(std::min<std::uint64_t>(claimed->seq, 1ULL << 48))) >
          now + kMaxClockSkew) {
    return fail(Errc::conflict, "record from the future");
  }
  if (known != nodes_.end() && claimed->seq <= known->second.record.seq) {
    return fail(Errc::conflict, "a newer record is known");
  }
  auto record = wire::decode_record(encoded);
  if (!record) return std::unexpected(record.error());
  keep(id, std::move(*record), encoded, now);
  return Learned::newer;
}

bool Directory::restore(ByteView encoded, WallTime now) {
  auto record = wire::decode_trusted_record(encoded);
  if (!record || record->network_id != network_id_ || record->expires <= now) return false;
  const auto id = record->id();
  if (id == self_) return false;
  if (!nodes_.contains(id)) keep(id, std::move(*record), encoded, now);
  return true;
}

void Directory::keep(const NodeId& id, wire::NodeRecord record, ByteView encoded, WallTime now) {
  if (!nodes_.contains(id) && nodes_.size() >= kMaxKnownNodes) make_room();
  auto& node = nodes_[id];
  if (node.version == 0) node.first_seen = now;
  if (node.record.endpoints != record.endpoints) {
    node.failing = false;  // it may answer there
    node.next_probe = SteadyTime();
    earliest_probe_ = SteadyTime();
  }
  node.record = std::move(record);
  node.encoded.assign(encoded.begin(), encoded.end());
  node.version = ++version_;
}

/// Those that have never answered go first, the oldest of them first. Of the others each subnet keeps the
/// same number, those heard of last: whoever has one machine, and as many keys as it likes, pushes out its
/// own.
void Directory::make_room() {
  struct Place {
    bool has_answered;
    std::optional<Subnet> subnet;
    std::optional<SteadyTime> answered;
    std::uint64_t version;
    NodeId id;
    std::size_t rank = 0;  ///< within its subnet, from the last heard of
  };
  std::vector<Place> places;
  places.reserve(nodes_.size());
  for (const auto& [id, node] : nodes_) {
    const auto subnet =
        node.answered && node.address ? std::optional(subnet_of(node.address->ip)) : std::nullopt;
    places.push_back({node.answered.has_value(), subnet, node.answered, node.version, id});
  }
  std::ranges::sort(places, std::greater(),
                    [](const Place& p) { return std::tie(p.subnet, p.answered, p.version); });
  for (std::size_t i = 1; i < places.size(); ++i) {
    const bool is_neighbour = places[i].subnet && places[i].subnet == places[i - 1].subnet;
    places[i].rank = is_neighbour ? places[i - 1].rank + 1 : 0;
  }
  std::ranges::nth_element(places, places.begin() + kMadeRoom, {}, [&](const Place& p) {
    return std::tuple(p.has_answered, nodes_.size() - p.rank, p.answered, p.version);
  });
  for (const auto& place : std::span(places).first(kMadeRoom)) nodes_.erase(place.id);
}

void Directory::answered(const NodeId& id, std::optional<Duration> rtt, SteadyTime now, WallTime wall_now) {
  const auto at = nodes_.find(id);
  if (at == nodes_.end()) return;
  auto& node = at->second;
  node.answered = now;
  node.last_seen = wall_now;
  node.failing = false;
  node.silences = 0;
  if (rtt) node.rtt = node.rtt ? *node.rtt + (*rtt - *node.rtt) / kRttWeight : *rtt;
}

void Directory::reached_at(const NodeId& id, const UdpAddress& address) {
  const auto at = nodes_.find(id);
  if (at != nodes_.end()) at->second.address = address;
}

void Directory::failed(const NodeId& id, SteadyTime now) {
  const auto at = nodes_.find(id);
  if (at == nodes_.end()) return;
  auto& node = at->second;
  if (!node.failing) node.next_probe = std::min(node.next_probe, now + kFirstRetry);
  earliest_probe_ = std::min(earliest_probe_, node.next_probe);
  node.failing = true;
  if (node.silences < UINT8_MAX) ++node.silences;
}

void Directory::probe_later(const NodeId& id, SteadyTime when) {
  const auto at = nodes_.find(id);
  if (at == nodes_.end()) return;
  at->second.next_probe = when;
  earliest_probe_ = std::min(earliest_probe_, when);
}

std::vector<NodeId> Directory::due_probes(SteadyTime now) {
  std::vector<NodeId> due;
  earliest_probe_ = SteadyTime::max();
  for (const auto& [id, node] : nodes_) {
    if (node.next_probe <= now) due.push_back(id);
    earliest_probe_ = std::min(earliest_probe_, std::max(node.next_probe, now));
  }
  std::ranges::sort(due);
  return due;
}

void Directory::drop_expired(WallTime now) {
  std::erase_if(nodes_, [&](const auto& entry) { return entry.second.record.expires <= now; });
}

const KnownNode* Directory::find(const NodeId& id) const {
  const auto at = nodes_.find(id);
  return at == nodes_.end() ? nullptr : &at->second;
}

bool Directory::is_live(const NodeId& id) const {
  const auto* node = find(id);
  return node != nullptr && !node->failing;
}

std::optional<PeerAddress> Directory::address_of(const NodeId& id) const {
  const auto* node = find(id);
  if (node == nullptr || node->record.endpoints.empty()) return std::nullopt;
  return PeerAddress{id, node->record.endpoints};
}

}  // namespace mycostr::dht
