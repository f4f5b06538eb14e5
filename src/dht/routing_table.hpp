// The nodes that one node keeps in touch with: many near it in the id space, few far away (Kademlia's
// k-buckets). Only nodes that have answered enter; old ones stay as long as they answer, since those that
// have lived long tend to live on. No Asio, no clock of its own; loop thread only.
//
// A bucket holds the nodes that share exactly so many leading bits with the own id, which is what splitting
// only the own bucket leads to. The first four hold 64 nodes (shorter lookups, as libtorrent does), others
// k = 16. Subnets are limited against an attacker with many ids on few addresses.
#pragma once

#include <optional>
#include <vector>

#include "base/time.hpp"
#include "dht/subnet_counts.hpp"
#include "wire/datagram.hpp"

namespace mycostr::dht {

using wire::Contact;
using wire::Cookie;

inline constexpr std::size_t kBucketSize = 16;

struct TableLimits {
  std::size_t wide_buckets = 4;
  std::size_t wide_bucket_size = 64;
  std::size_t replacements = 16;
  std::size_t per_subnet_in_bucket = 2;  ///< of one /24 or /48
  std::size_t per_subnet = 4;
  unsigned failures_to_evict = 3;
  bool distinct_subnets = true;  ///< false: the limits per subnet are off, for development networks
};

/// In this order for its size: a node keeps hundreds.
struct TableEntry {
  Contact contact;
  std::uint8_t failures = 0;  ///< in a row
  std::uint32_t rtt_us = 0;   ///< smoothed; 0: not measured
  SteadyTime answered;        ///< last time
  SteadyTime asked;           ///< last time a check or a lookup asked it
  SteadyTime since;           ///< in the table
};

class RoutingTable {
 public:
  RoutingTable(NodeId self, TableLimits limits) : self_(self), limits_(limits) {}
  const TableLimits& limits() const { return limits_; }
  /// How many subnets its nodes lie in.
  std::size_t subnets() const { return per_subnet_.size(); }

  /// A node lives at this address: it has answered, or sent what proves that it receives there (then without
  /// an `rtt`). It enters, or stays; where there is no room it waits as a replacement.
  void answered(const Contact& contact, std::optional<Duration> rtt, SteadyTime now);
  /// It has not answered. After some times in a row it goes, and a replacement should be asked (returned; it
  /// enters once it has answered).
  std::optional<Contact> failed(const NodeId& id);
  /// It lives, and is no server any more.
  void remove(const NodeId& id);
  /// Asked just now: not to be checked again at once.
  void asked(const NodeId& id, SteadyTime now);
  /// Whether this node, did it answer, would enter at once.
  bool has_room_for(const Contact& contact) const;

  const TableEntry* find(const NodeId& id) const;
  /// Up to `count` nodes that answered when last asked, closest first.
  std::vector<Contact> closest(const NodeId& target, std::size_t count) const;
  /// The node whose last answer is the oldest, where that is before `before`; not one asked since then.
  const TableEntry* stalest(SteadyTime before) const;
  /// Those that have been in the table for longest and answer.
  std::vector<Contact> oldest(std::size_t count) const;

  std::size_t size() const { return size_; }
  /// Buckets from 0 to before this may hold nodes.
  std::size_t bucket_count() const { return buckets_.size(); }
  const std::vector<TableEntry>& bucket(std::size_t index) const { return buckets_[index].entries; }

 private:
  struct Bucket {
    std::vector<TableEntry> entries;
    std::vector<Contact> replacements;  ///< the newest last
  };

  std::size_t bucket_index(const NodeId& id) const;
  std::size_t capacity(std::size_t bucket) const;
  bool subnet_allows(std::size_t bucket, const IpAddress& ip) const;
  bool may_enter(std::size_t bucket, const Contact& contact) const;
  void insert(std::size_t bucket, const Contact& contact, std::optional<Duration> rtt, SteadyTime now);
  void keep_as_replacement(std::size_t bucket, const Contact& contact);
  bool move_to(std::size_t bucket, TableEntry& entry, const UdpAddress& address);
  TableEntry* find_entry(const NodeId& id);

  const NodeId self_;
  const TableLimits limits_;
  std::vector<Bucket> buckets_;
  SubnetCounts per_subnet_;
  std::size_t size_ = 0;
};

}  // namespace mycostr::dht
