// links: wire
#include "wire/messages.hpp"

#include "fuzz/entry.hpp"

namespace mycostr::fuzz {

void take(ByteView input) {
  const auto reply = wire::decode_hello_reply(input);
  if (!reply) return;
  check(reply->records.size() <= wire::kMaxRecordsPerReply);
  const auto again = wire::decode_hello_reply(wire::encode(*reply));
  check(again && again->records == reply->records && again->cursor == reply->cursor);
}

}  // namespace mycostr::fuzz
