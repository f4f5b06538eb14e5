#include "holder/shard_service.hpp"

#include <algorithm>

#include "async/offload.hpp"
#include "base/log.hpp"
#include "crypto/merkle.hpp"

namespace mycostr::holder {

namespace {

std::unexpected<Error> unpaid() {
  return fail(Errc::conflict, "what this owner owes has not been paid for long");
}

}  // namespace

/// A shard on its way to the disk.
class ShardService::Writing {
 public:
  Writing(ShardService& service, const ShardKey& key)
      : service_(service), place_(service.being_written_.insert(key)) {}
  ~Writing() {
    service_.being_written_.erase(place_);
    service_.written_.notify_all();
  }
  Writing(const Writing&) = delete;
  Writing& operator=(const Writing&) = delete;

 private:
  ShardService& service_;
  const std::multiset<ShardKey>::iterator place_;
};

Result<std::unique_ptr<Reservation>> ShardService::make_room(const NodeId& owner, ByteCount size) {
  if (drain_.is_draining()) return fail(Errc::conflict, "this node is leaving and takes no new shards");
  if (!accepts(owner)) return unpaid();
  if (!fits_on_disk(size)) return fail(Errc::full, "the disk is full");
  return chunks_.reserve(size);
}

Task<Result<PeerReply>> ShardService::handle_offer(PeerRequest& request) {
  const auto offer = wire::decode_offer_shard(request.message());
  if (!offer) co_return std::unexpected(offer.error());
  if (const auto room = make_room(request.from().id, offer->size); !room)
    co_return std::unexpected(room.error());
  co_return PeerReply{};
}

Task<Result<PeerReply>> ShardService::handle_put(PeerRequest& request) {
  const auto put = wire::decode_put_shard(request.message());
  if (!put) co_return std::unexpected(put.error());
  const ByteCount size{request.body_size()};
  if (size.value == 0 || size.value % kLeafSize != 0 || size.value > kMaxChunkSize) {
    co_return fail(Errc::invalid, "a shard is a multiple of 4096 bytes, up to 4 MiB");
  }
  const ShardKey key{request.from().id, put->shard};
  const auto gone = [&] { return fail(Errc::conflict, "this shard was deleted a moment ago"); };
  if (recently_deleted_.contains(key)) co_return gone();
  if (const auto kept = co_await chunks_.size_of(key); kept && *kept == size) {
    co_return PeerReply{receipt_for(key.owner, key.shard, size), {}, {}};
  }
  auto reservation = make_room(key.owner, size);
  if (!reservation) co_return std::unexpected(reservation.error());
  auto body = co_await request.read_body();
  if (!body) co_return std::unexpected(body.error());
  auto bytes = std::move(*body);
  std::vector<Digest> leaves;
  const auto root = co_await async::offload(crypto_pool_, [&bytes, &leaves] {
    leaves = crypto::merkle_leaves(bytes.view());
    return crypto::merkle_root_of_leaves(leaves);
  });
  if (root.bytes != put->shard.bytes) co_return fail(Errc::invalid, "the bytes are not this shard's");
  // The owner gave up and deleted while the bytes were on their way here; or it is to be evicted.
  if (recently_deleted_.contains(key)) co_return gone();
  if (!accepts(key.owner)) co_return unpaid();
  const Writing writing(*this, key);
  auto kept = co_await chunks_.put(std::move(*reservation), key, std::move(bytes));
  if (!kept) {
    log(LogLevel::error, "holder", "could not keep shard={}: {}", short_hex(put->shard.view()),
        to_string(kept.error()));
    co_return std::unexpected(kept.error());
  }
  // After the shard: should this machine fall in between, they are made again, and no row is left over.
  co_await leaf_hashes_.save(key, std::move(leaves));
  // Or to the disk: then the deletion waits for this, and removes it.
  if (recently_deleted_.contains(key)) co_return gone();
  co_return PeerReply{receipt_for(key.owner, key.shard, size), {}, {}};
}

Task<> ShardService::wait_for_writes(NodeId owner) {
  const auto is_being_written = [&] {
    const auto first = being_written_.lower_bound({owner, ShardId()});
    return first != being_written_.end() && first->owner == owner;
  };
  while (is_being_written()) co_await written_.wait();
}

Task<Result<PeerReply>> ShardService::handle_get(PeerRequest& request) {
  const auto get = wire::decode_get_shard(request.message());
  if (!get) co_return std::unexpected(get.error());
  const auto owner = owner_for(request.from(), get->grant, Right::read, {&get->shard, 1});
  if (!owner) co_return std::unexpected(owner.error());
  const auto size = co_await chunks_.size_of({*owner, get->shard});
  if (!size) co_return std::unexpected(size.error());
  if (auto room = co_await request.reserve_reply(size->value); !room) co_return std::unexpected(room.error());
  auto bytes = co_await chunks_.get({*owner, get->shard});
  if (!bytes) co_return std::unexpected(bytes.error());
  co_return PeerReply{{}, std::move(*bytes), {}};
}

Task<Result<PeerReply>> ShardService::handle_delete(PeerRequest& request) {
  const auto erase = wire::decode_delete_shards(request.message());
  if (!erase) co_return std::unexpected(erase.error());
  const auto owner = owner_for(request.from(), erase->grant, Right::erase, erase->shards);
  if (!owner) co_return std::unexpected(owner.error());
  std::shared_ptr<void> deletion;
  if (begin_deletion) {
    auto begun = co_await begin_deletion(*owner, erase->shards);
    if (!begun) co_return std::unexpected(begun.error());
    deletion = std::move(*begun);
  }
  std::vector<ShardKey> keys;
  for (const auto& shard : erase->shards) {
    keys.push_back({*owner, shard});
    recently_deleted_.add(keys.back(), clock_.now());
  }
  // What is being written is waited for: removed now, it would come back if this machine fell after the
  // answer.
  for (const auto& key : keys) {
    while (being_written_.contains(key)) co_await written_.wait();
  }
  const auto erased = co_await leaf_hashes_.erase(keys);
  if (!erased) co_return std::unexpected(erased.error());
  const auto removed = co_await chunks_.remove(std::move(keys));
  if (!removed) co_return std::unexpected(removed.error());
  co_return PeerReply{};
}

Result<NodeId> ShardService::owner_for(const PeerIdentity& caller, ByteView encoded_grant, Right right,
                                       std::span<const ShardId> shards) const {
  if (encoded_grant.empty()) return caller.id;
  const auto grant = wire::decode_grant(encoded_grant);
  if (!grant) return std::unexpected(grant.error());
  const bool granted = grant->grantee == caller.id && grant->expires > clock_.wall_now() &&
                       (right == Right::read ? grant->may_read : grant->may_delete) &&
                       std::ranges::all_of(shards, [&](const ShardId& shard) {
                         return std::ranges::find(grant->shards, shard) != grant->shards.end();
                       });
  if (!granted) return fail(Errc::forbidden, "the grant does not allow this");
  return crypto::node_id_of(grant->owner_key);
}

Bytes ShardService::receipt_for(const NodeId& owner, const ShardId& shard, ByteCount size) const {
  return wire::encode_receipt({owner, identity_.public_key(), shard, size, clock_.wall_now()}, identity_);
}

}  // namespace mycostr::holder
