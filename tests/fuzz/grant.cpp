// links: wire
#include "wire/messages.hpp"

#include "fuzz/entry.hpp"

namespace mycostr::fuzz {

void take(ByteView input) {
  const auto grant = wire::decode_grant(input);
  check(!grant || grant->shards.size() <= wire::kMaxShardsPerGrant);
}

}  // namespace mycostr::fuzz
