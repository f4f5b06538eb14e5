// links: audit
#include "audit/record.hpp"
#include "audit/schedule.hpp"
#include "fuzz/entry.hpp"

namespace mycostr::fuzz {

void take(ByteView input) {
  const audit::AuditId id;
  if (const auto record = audit::decode_row(id, WallTime(), as_text(input))) {
    const auto again = audit::decode_row(id, WallTime(), audit::encode_row(*record));
    check(again && audit::encode_row(*again) == audit::encode_row(*record));
  }
  if (const auto standing = audit::decode_standing(as_text(input))) {
    const auto again = audit::decode_standing(audit::encode_row(*standing));
    check(again && *again == *standing);
  }
}

}  // namespace mycostr::fuzz
