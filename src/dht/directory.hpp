// The nodes this one knows: their newest signed records, and whether they answer. No Asio, no clock of its
// own.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "base/ip_address.hpp"
#include "mycostr/transport.hpp"
#include "wire/node_record.hpp"

namespace mycostr::dht {

/// Beyond it a hundredth makes room: nodes that never answered, then those of the subnets with the most, the
/// ones heard of longest ago.
inline constexpr std::size_t kMaxKnownNodes = 10'000;

struct KnownNode {
  wire::NodeRecord record;
  Bytes encoded;                      ///< the record as it was signed
  std::uint64_t version = 0;          ///< of the directory, when this record came
  std::optional<UdpAddress> address;  ///< where its datagrams come from
  WallTime first_seen;
  std::optional<SteadyTime> answered;  ///< last time it answered a call
  std::optional<WallTime> last_seen;   ///< the same, for people
  std::optional<Duration> rtt;         ///< smoothed
  bool failing = false;                ///< the last call did not reach it
  std::uint8_t silences = 0;           ///< in a row; as many as can be counted
  SteadyTime next_probe;               ///< not before
};

enum class Learned { newer, known };

/// Loop thread only.
class Directory {
 public:
  Directory(NodeId self, std::string network_id) : self_(self), network_id_(std::move(network_id)) {}

  /// Takes a record from anywhere: checks form, signature, network and age. A record that is known to the
  /// byte costs no signature check. Errors: invalid, conflict (other network, expired, from the future, older
  /// than the known).
  Result<Learned> learn(ByteView encoded, WallTime now);
  /// A record that was checked before it was written to the own disk; false where it is of no use any more.
  bool restore(ByteView encoded, WallTime now);

  /// It lives; an `rtt` only where one was measured.
  void answered(const NodeId& node, std::optional<Duration> rtt, SteadyTime now, WallTime wall_now);
  void reached_at(const NodeId& node, const UdpAddress& address);
  /// A call could not reach the node or got no answer.
  void failed(const NodeId& node, SteadyTime now);
  /// When the first node is to be probed, or earlier.
  SteadyTime earliest_probe() const { return earliest_probe_; }
  /// Nodes to be probed by now, by id; what is left tells earliest_probe() anew.
  std::vector<NodeId> due_probes(SteadyTime now);
  /// Not to be probed before `when`.
  void probe_later(const NodeId& node, SteadyTime when);
  /// Forgets records that have expired.
  void drop_expired(WallTime now);

  const KnownNode* find(const NodeId& node) const;
  const std::unordered_map<NodeId, KnownNode>& nodes() const { return nodes_; }
  /// The last call did not fail, or none was made yet: a shard may go there, and is expected to be there.
  bool is_live(const NodeId& node) const;
  std::optional<PeerAddress> address_of(const NodeId& node) const;

  /// Grows with every record that is new or newer.
  std::uint64_t version() const { return version_; }
  const std::string& network_id() const { return network_id_; }

 private:
  void keep(const NodeId& id, wire::NodeRecord record, ByteView encoded, WallTime now);
  void make_room();

  NodeId self_;
  std::string network_id_;
  std::uint64_t version_ = 0;
  SteadyTime earliest_probe_;
  std::unordered_map<NodeId, KnownNode> nodes_;
};

}  // namespace mycostr::dht
