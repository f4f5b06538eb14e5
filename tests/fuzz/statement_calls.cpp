// links: wire
#include "fuzz/entry.hpp"
#include "wire/statement.hpp"

namespace mycostr::fuzz {

void take(ByteView input) {
  if (const auto call = wire::decode_agree_statements(input)) {
    check(!call->statements.empty() && call->statements.size() <= wire::kMaxStatementsPerCall);
    check(wire::decode_agree_statements(wire::encode(*call)).has_value());
  }
  if (const auto reply = wire::decode_agree_statements_reply(input)) {
    check(!reply->replies.empty() && reply->replies.size() <= wire::kMaxStatementsPerCall);
    const auto again = wire::decode_agree_statements_reply(wire::encode(*reply));
    check(again && again->standing == reply->standing && again->replies.size() == reply->replies.size());
  }
}

}  // namespace mycostr::fuzz
