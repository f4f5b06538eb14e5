// Whether other nodes can reach this one without having been spoken to: behind a router that maps no port
// they cannot. Pure; loop thread only.
#pragma once

#include <optional>
#include <vector>

#include "base/time.hpp"
#include "mycostr/random.hpp"
#include "wire/datagram.hpp"

namespace mycostr::dht {

/// A node is a server until several checks through different nodes have brought no stranger's knock; then it
/// is a client until several in a row have, and as many are needed before it may believe that it can be
/// reached: a knock from somebody that the router still remembers proves little. With fewer than three other
/// nodes nobody could tell.
class Reachability {
 public:
  /// A check begins; its nonce is to be sent.
  wire::Nonce begin(Random& random, SteadyTime now);
  /// The node asked did not pass it on: nothing follows from the silence.
  void withdraw(const wire::Nonce& nonce);
  /// True where a check waits for this nonce: it is answered now.
  bool knocked(const wire::Nonce& nonce, SteadyTime now);
  bool is_waiting_for(const wire::Nonce& nonce) const;
  /// The knock has come from somebody whom the router may have let in for having been written to: no proof,
  /// but no failure either. A server's row of failures ends, or packets lost now and then would make a client
  /// of it where it knows nearly all others.
  void knocked_by_known(const wire::Nonce& nonce);
  /// Too few nodes are left to tell: what was told counts no more.
  void forget() { *this = {}; }
  /// Checks without a knock come to their end.
  void tick(SteadyTime now);
  bool is_server() const { return failures_ < kFailures; }
  /// Nothing: no check has told yet, or the last ones speak against what earlier ones told.
  std::optional<bool> verdict() const;

 private:
  static constexpr unsigned kFailures = 5;
  static constexpr unsigned kKnocks = 3;
  struct Check {
    wire::Nonce nonce;
    SteadyTime begun;
  };
  std::vector<Check> checks_;
  unsigned failures_ = 0;  ///< in a row
  unsigned knocks_ = 0;    ///< in a row
  bool was_reached_ = false;
};

}  // namespace mycostr::dht
