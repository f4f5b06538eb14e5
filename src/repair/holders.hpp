// What is known of each holder, as far as repair is concerned. Pure: times are passed in. Loop thread only.
//
//   live --silent for suspect_after--> suspect --for grace, unless frozen--> gone
//   suspect --answers--> live       gone --answers--> returning --passes an audit--> live
//
// Apart from that a holder may be distrusted (disqualified, or absent too often) or draining.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "repair/freeze.hpp"

namespace mycostr::repair {

enum class HolderState { live, suspect, gone, returning };
std::string_view state_name(HolderState state);

enum class Trust {
  trusted,
  absent,       ///< away so much of the time that its copies do not count
  disqualified  ///< by its failed audits
};

/// What is seen of a holder at one time.
struct Observation {
  enum class Sign {
    none,     ///< not heard of in this life of the node: no change
    answers,  ///< the last call reached it
    silent    ///< the last call did not
  };
  Sign sign = Sign::none;
  Trust trust = Trust::trusted;
  bool is_draining = false;
  double score = 1;    ///< 0 (worst) to 1
  std::string domain;  ///< what it shares its failures with: its subnet; empty: not known
};

struct Holder {
  HolderState state = HolderState::live;
  SteadyTime since = SteadyTime::min();  ///< of the state; min(): as long as it is known
  std::optional<SteadyTime> silent_since;
  Trust trust = Trust::trusted;
  bool is_draining = false;
  double score = 1;
  std::string domain;          ///< empty: a domain of its own
  std::string next_domain;     ///< where it seems to have moved
  SteadyTime moved;            ///< when it was first seen there
  SteadyTime next_pass;        ///< when its chunks are to be looked at next
  bool is_incomplete = false;  ///< what was found at the last pass had no room
};

struct Transition {
  NodeId holder;
  HolderState from = HolderState::live;
  HolderState to = HolderState::live;
};

class Holders {
 public:
  /// Nobody is given up before started + suspect_after: until then the own link may be what is silent.
  Holders(const Settings& settings, SteadyTime started)
      : settings_(settings), started_(started), freeze_(settings) {}

  /// From the own disk, before all else.
  void restore(const NodeId& id, HolderState state, SteadyTime since);
  /// A holder that is not known yet becomes known, and live. Changes of state that follow from it at once.
  std::vector<Transition> observe(const NodeId& id, const Observation& seen, SteadyTime now);
  /// It proved that it keeps what it should: its copies count.
  std::vector<Transition> audit_passed(const NodeId& id, SteadyTime now);
  /// What time alone changes.
  std::vector<Transition> advance(SteadyTime now);
  /// What the last advance() changed.
  Freeze::Change freeze_change() const { return freeze_change_; }
  /// It keeps nothing any more.
  void forget(const NodeId& id) { holders_.erase(id); }

  const Holder* find(const NodeId& id) const;
  const std::map<NodeId, Holder>& all() const { return holders_; }
  bool is_frozen() const { return freeze_.since().has_value(); }
  const Freeze& freeze() const { return freeze_; }
  const Settings& settings() const { return settings_; }

  /// Its copies count.
  bool is_counted(const NodeId& id) const;
  /// Its copies do not count now, and are not made anew for it may come back: suspect or returning for less
  /// than `grace`.
  bool is_hoped_for(const NodeId& id, Duration grace, SteadyTime now) const;

  /// The holder whose chunks are to be looked at now, if any; it is due no more.
  std::optional<NodeId> take_pass(SteadyTime now);
  /// All chunks of the holder have been looked at.
  void pass_done(const NodeId& id, SteadyTime now);
  /// Not all of them could be read: looked at again after suspect_after.
  void pass_failed(const NodeId& id, SteadyTime now);
  /// Something found at the holder had no room; after room() it is looked at again.
  void pass_incomplete(const NodeId& id);
  void room(SteadyTime now);

 private:
  Holder& at(const NodeId& id, SteadyTime now);
  Transition change(const NodeId& id, Holder& holder, HolderState to, SteadyTime now);
  void observe_domain(Holder& holder, const std::string& domain, SteadyTime now);
  void update_freeze(SteadyTime now);
  void thaw(std::optional<SteadyTime> crowd, SteadyTime now);

  const Settings settings_;
  const SteadyTime started_;
  std::map<NodeId, Holder> holders_;
  Freeze freeze_;
  Freeze::Change freeze_change_ = Freeze::Change::none;
};

}  // namespace mycostr::repair
