// What the two sides' services say of statements.
#pragma once

#include <functional>

#include "payment/ledger.hpp"

namespace mycostr::payment {

struct StatementEvent {
  agreement::Role role = agreement::Role::owner;  ///< this node's
  NodeId peer;
  StatementState state =
      StatementState::agreed;  ///< or disputed; then `statement` has no figures of both yet
  wire::Statement statement;
};
using OnStatement = std::move_only_function<void(const StatementEvent&)>;

/// What the audits between `start` (included) and `end` (not) have shown.
using AuditWordOf = std::function<wire::AuditWord(const AgreementId&, WallTime start, WallTime end)>;

}  // namespace mycostr::payment
