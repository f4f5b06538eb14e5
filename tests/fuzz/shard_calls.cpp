// links: wire
#include "wire/messages.hpp"

#include "fuzz/entry.hpp"

namespace mycostr::fuzz {

void take(ByteView input) {
  if (const auto offer = wire::decode_offer_shard(input)) {
    check(offer->size.value > 0 && offer->size.value <= kMaxChunkSize);
    check(wire::decode_offer_shard(wire::encode(*offer))->size == offer->size);
  }
  if (const auto put = wire::decode_put_shard(input)) {
    check(wire::decode_put_shard(wire::encode(*put))->shard == put->shard);
  }
  if (const auto get = wire::decode_get_shard(input)) {
    check(wire::decode_get_shard(wire::encode(*get))->grant == get->grant);
  }
  if (const auto remove = wire::decode_delete_shards(input)) {
    check(remove->shards.size() <= wire::kMaxShardsPerDelete);
    check(wire::decode_delete_shards(wire::encode(*remove))->shards == remove->shards);
  }
}

}  // namespace mycostr::fuzz
