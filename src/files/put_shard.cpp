#include "files/put_shard.hpp"

#include "async/offload.hpp"
#include "files/in_flight.hpp"
#include "wire/messages.hpp"

namespace mycostr::files {

Task<Result<void>> put_shard(Context& context, const ChunkInfo& chunk, ShardInfo& shard, Buffer bytes) {
  const auto address = context.directory.address_of(shard.holder);
  if (!address) co_return fail(Errc::unreachable, "no address is known");
  const InFlight in_flight(context.in_flight, shard.holder, chunk.size);
  PeerCall call{wire::operations::kPutShard, wire::encode(wire::PutShard{shard.id}), std::move(bytes)};
  const auto began = context.clock.now();
  const auto reply = co_await context.transport.call(*address, std::move(call), context.settings.call);
  // That it is full is no failure of the holder.
  const bool is_well = reply.has_value() || reply.error().code == Errc::full;
  context.performance.record_transfer(shard.holder, reputation::Direction::up,
                                      reply ? chunk.size : ByteCount(), context.clock.now() - began, is_well,
                                      context.clock.wall_now());
  if (!reply) {
    if (is_silence(reply.error().code)) context.directory.failed(shard.holder, context.clock.now());
    co_return std::unexpected(reply.error());
  }
  const auto receipt =
      co_await async::offload(context.crypto_pool, [&reply] { return wire::decode_receipt(reply->message); });
  if (!receipt) co_return std::unexpected(receipt.error());
  const auto& word = receipt->receipt;
  const bool fits = crypto::node_id_of(word.holder_key) == shard.holder &&
                    word.owner == context.identity.id() && word.shard == shard.id && word.size == chunk.size;
  if (!fits) co_return fail(Errc::invalid, "the receipt is for something else");
  shard.receipt.assign(receipt->signature.bytes.begin(), receipt->signature.bytes.end());
  shard.stored = word.stored;
  co_return Result<void>();
}

}  // namespace mycostr::files
