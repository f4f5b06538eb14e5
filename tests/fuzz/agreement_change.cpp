// links: wire
#include "fuzz/entry.hpp"
#include "wire/agreement.hpp"

namespace mycostr::fuzz {

void take(ByteView input) {
  if (const auto delta = wire::decode_delta(input)) {
    check(delta->removed.size() + delta->added.size() <= wire::kMaxShardsPerChange);
    check(wire::decode_delta(wire::encode(*delta)) == *delta);
  }
  if (const auto change = wire::decode_change_agreement(input)) {
    check(wire::decode_change_agreement(wire::encode(*change))->delta == change->delta);
  }
  if (const auto reply = wire::decode_change_reply(input)) {
    check(wire::decode_change_reply(wire::encode(*reply))->missing == reply->missing);
  }
}

}  // namespace mycostr::fuzz
