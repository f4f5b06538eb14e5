// An iterative lookup: ask the closest nodes known for closer ones, until the k closest that live have all
// answered. Pure: told what happened, it says whom to ask next. Loop thread only.
//
// Several disjoint paths make it hard for an attacker to lead all of them astray (S/Kademlia, Baumgart and
// Mies, 2007): no node is asked by two paths, and within a path only one node of a subnet. Nor does it help
// to name the true closest nodes where they are not: who fails at one address is asked at others it was named
// at.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "dht/routing_table.hpp"

namespace mycostr::dht {

struct LookupSettings {
  std::size_t wanted = kBucketSize;  ///< k: how many of the closest must have answered
  std::size_t parallel = 5;          ///< alpha, of each path, on the way there
  std::size_t paths = 1;
  bool distinct_subnets = true;
};

/// Of one contact on one path.
enum class AskState : std::uint8_t {
  fresh,
  asked,
  slow,  ///< has not answered in the time that it should take; still heard, but waited for only where it is
         ///< closer than all that have answered
  answered,
};

/// One of the disjoint paths.
class LookupPath {
 public:
  explicit LookupPath(const LookupSettings& settings) : settings_(settings) {}

  /// `target` outlives the path. A known one's other address is remembered, unless it has answered; one whose
  /// subnet is known waits for whom it is known by to fail.
  void add(const NodeId& target, const Contact& contact);
  /// The next contact to ask that `may_ask` allows; what it forbids is dropped.
  template <class MayAsk>
  std::optional<Contact> next(MayAsk may_ask);
  void set(const NodeId& id, AskState state);
  /// It does not answer. Returns where else it may be, and those whose subnet it took.
  std::vector<Contact> drop(const NodeId& id);
  bool is_done() const;
  /// Those that have answered, closest first.
  std::vector<Contact> closest() const;

 private:
  struct Candidate {
    Contact contact;
    Subnet subnet;
    AskState state = AskState::fresh;
    std::vector<UdpAddress> elsewhere = {};  ///< named there too, by others
    std::vector<Contact> displaced = {};     ///< of the same subnet, named later
  };
  Candidate* find(const NodeId& id);
  Candidate* find_in(const Subnet& subnet);
  static void note_displaced(Candidate& candidate, const Contact& contact);
  static void note_address(Candidate& candidate, const UdpAddress& address);
  Candidate* next_fresh();
  /// REQUIRES: candidate is fresh
  bool is_turn_of(const Candidate& candidate) const;

  const LookupSettings& settings_;
  std::vector<Candidate> candidates_;  ///< closest first
  std::size_t in_flight_ = 0;
  std::size_t asked_ = 0;
};

class Lookup {
 public:
  Lookup(NodeId target, LookupSettings settings, const std::vector<Contact>& start);
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;

  /// Whom to ask now.
  std::vector<Contact> next();
  void answered(const NodeId& from, const std::vector<Contact>& contacts);
  /// `from` should have answered by now.
  void slow(const NodeId& from);
  void failed(const NodeId& from);
  bool is_done() const;
  /// The closest nodes that have answered, of all paths, at most `wanted`.
  std::vector<Contact> closest() const;
  /// Up to `count` of each path: liars who lead one astray have no part in the others'.
  std::vector<Contact> closest_of_each_path(std::size_t count) const;
  const NodeId& target() const { return target_; }

 private:
  struct Asked {
    std::size_t path = 0;
    std::vector<UdpAddress> at;  ///< one after the other
  };
  LookupPath* path_of(const NodeId& id);
  void add(LookupPath& path, const Contact& contact);

  const NodeId target_;
  const LookupSettings settings_;
  std::vector<LookupPath> paths_;
  std::unordered_map<NodeId, Asked> asked_;
};

}  // namespace mycostr::dht
