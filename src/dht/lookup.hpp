// An iterative lookup: ask the closest nodes known for closer ones, until the k closest that live have all
// answered. Pure: told what happened, it says whom to ask next. Loop thread only.
//
// Several disjoint paths make it hard for an attacker to lead all of them astray (S/Kademlia, Baumgart and
// Mies, 2007): no node is asked by two paths, and within a path only one node of a subnet.
#pragma once

#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "dht/routing_table.hpp"

namespace mycostr::dht {

struct LookupSettings {
  std::size_t wanted = kBucketSize;  ///< k: how many of the closest must have answered
  std::size_t parallel = 5;          ///< alpha, of each path
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

  /// `target` outlives the path. False where the contact is known already, or its subnet is.
  bool add(const NodeId& target, const Contact& contact);
  bool knows(const NodeId& id) const { return find(id) != nullptr; }
  /// The next contact to ask that `may_ask` allows; what it forbids is dropped.
  template <class MayAsk>
  std::optional<Contact> next(MayAsk may_ask);
  void set(const NodeId& id, AskState state);
  /// It does not answer.
  void drop(const NodeId& id);
  bool is_done() const;
  /// Those that have answered, closest first.
  std::vector<Contact> closest() const;

 private:
  struct Candidate {
    Contact contact;
    Subnet subnet;
    AskState state = AskState::fresh;
  };
  Candidate* find(const NodeId& id) { return const_cast<Candidate*>(std::as_const(*this).find(id)); }
  const Candidate* find(const NodeId& id) const;
  Candidate* next_fresh();

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
  const NodeId& target() const { return target_; }
  const LookupSettings& settings() const { return settings_; }
  std::size_t asked_count() const { return asked_.size(); }

 private:
  LookupPath* path_of(const NodeId& id);

  const NodeId target_;
  const LookupSettings settings_;
  std::vector<LookupPath> paths_;
  std::unordered_map<NodeId, std::size_t> asked_;  ///< by which path
};

}  // namespace mycostr::dht
