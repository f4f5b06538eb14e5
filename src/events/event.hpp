// What happens to a node that its operator may want to follow (GET /events).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "base/units.hpp"

namespace mycostr::events {

/// A copy is no longer to be had.
struct ShardLost {
  NodeId holder;
  ShardId shard;
  std::optional<FileId> file;          ///< where it is known which file it belongs to
  std::optional<std::uint64_t> index;  ///< of the chunk in the file
  std::string reason;                  ///< as in GET /repairs
};

/// A new copy is on its holder's disk and in the file's manifest.
struct ShardRepaired {
  FileId file;
  std::uint64_t index = 0;     ///< of the chunk in the file
  ShardId shard;               ///< the new one
  std::optional<NodeId> from;  ///< who had the copy that it replaces, where there is one
  NodeId to;
  std::string reason;
};

/// An audit of this node's has ended.
struct Verdict {
  std::string audit;  ///< its id as in GET /audits
  NodeId holder;
  AgreementId agreement;
  std::uint64_t epoch = 0;
  std::string outcome;
};

/// A holder's state in this node's eyes has changed.
struct NodeState {
  enum class Kind {
    reputation,  ///< new, good, suspended, disqualified: by its audits
    presence     ///< live, suspect, gone, returning: by whether it answers
  };
  NodeId node;
  Kind kind = Kind::reputation;
  std::string from;
  std::string to;
};

/// Something the operator should know of: an entry of `problems` in GET /node/status.
struct Problem {
  std::string code;
  std::string detail;
};

/// It is no longer there.
struct ProblemGone {
  std::string code;
};

/// A statement was agreed on, or the holder has found other figures.
struct Statement {
  AgreementId agreement;
  std::uint64_t number = 0;  ///< in the agreement
  NodeId peer;
  std::string role;  ///< this node's: owner, holder
  WallTime start;
  WallTime end;
  std::string byte_seconds;  ///< decimal
  Msat amount;
  std::string audit;  ///< the word of its audits
  std::string state;  ///< agreed, disputed
};

/// A payment was made, or came to another state.
struct Payment {
  std::string id;         ///< as in GET /payments
  std::string direction;  ///< out, in
  NodeId peer;
  AgreementId agreement;
  Msat amount;
  Msat fee;  ///< out: paid; while in flight: at most
  std::string state;
  std::string payment_hash;  ///< hex; empty: it has no invoice yet
  std::string problem;       ///< what is in the way; empty: nothing
};

/// A channel that this node wants came to another state.
struct Channel {
  NodeId peer;
  std::string lightning_key;  ///< hex
  std::string state;          ///< intended, opening, open, failed
  std::uint64_t capacity_sat = 0;
  std::string point;  ///< "txid:index"; empty: not known yet
  std::string why;    ///< it failed; empty otherwise
};

using Body = std::variant<ShardLost, ShardRepaired, Verdict, NodeState, Problem, ProblemGone, Statement,
                          Payment, Channel>;

/// Its name in the stream: "shard_lost".
std::string_view kind_of(const Body& body);

struct Event {
  std::uint64_t id = 0;  ///< grows, also over restarts
  WallTime at;
  Body body;
};

}  // namespace mycostr::events
