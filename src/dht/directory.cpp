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

/// Those that have never answered go first. Of the others the one heard of longest ago, in the subnet that
/// has the most: whoever has one machine, and as many keys as it likes, pushes out its own.
void Directory::make_room() {
  std::unordered_map<Subnet, std::size_t> counts;
  for (const auto& [id, node] : nodes_) {
    if (node.answered && node.address) ++counts[subnet_of(node.address->ip)];
  }
  using Worth = std::tuple<bool, std::size_t, std::optional<SteadyTime>, std::uint64_t, NodeId>;
  std::vector<Worth> worths;
  worths.reserve(nodes_.size());
  for (const auto& [id, node] : nodes_) {
    const auto neighbours = node.answered && node.address ? counts.at(subnet_of(node.address->ip)) : 0;
    worths.emplace_back(node.answered.has_value(), nodes_.size() - neighbours, node.answered, node.version,
                        id);
  }
  std::ranges::nth_element(worths, worths.begin() + kMadeRoom);
  for (const auto& worth : std::span(worths).first(kMadeRoom)) nodes_.erase(std::get<NodeId>(worth));
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
