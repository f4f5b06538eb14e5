// An agreement as one of its sides keeps it, and its row g/<agreement>.
#pragma once

#include <string>

#include "wire/agreement.hpp"

namespace mycostr::agreement {

enum class Role { owner, holder };

enum class State {
  active,
  ending,  ///< over for this side; the other may have to be told, or rows of its shards are still there
  ended,
  unpaid
};

std::string_view role_name(Role role);
std::string_view state_name(State state);

struct Agreement {
  AgreementId id;
  Role role = Role::owner;  ///< this node's
  NodeId peer;              ///< the other side
  State state = State::active;
  wire::Terms terms;
  wire::CoSigned signed_terms;
  wire::Revision revision;         ///< number 0: nothing was joined yet, no shards, the root of none
  wire::CoSigned signed_revision;  ///< empty before the first
  std::uint64_t last_number = 0;   ///< owner: highest number ever signed, also of what came to nothing
  bool rejoins = false;            ///< owner, ending: its shards wait to join the next agreement
};

/// The agreement of these terms, active, before its first revision.
Agreement make_agreement(Role role, wire::Terms terms, wire::CoSigned signed_terms);

std::string encode_row(const Agreement& agreement);
/// Signatures are not checked again. Errors: corrupt.
Result<Agreement> decode_row(const AgreementId& id, std::string_view row);

}  // namespace mycostr::agreement
