#include "files/put_shard.hpp"

#include "async/offload.hpp"
#include "files/in_flight.hpp"
#include "wire/messages.hpp"

namespace mycostr::files {

namespace {

constexpr Duration kFirstBusyPause = std::chrono::milliseconds(100);
constexpr int kBusyTries = 7;  // 6 s

/// A holder that takes as much as it can at once is asked again, soon at first.
Task<Result<PeerReply>> put(Context& context, const PeerAddress& address, ShardId shard, Buffer bytes) {
  auto pause = kFirstBusyPause;
  for (int tries = 1;; ++tries) {
    PeerCall call{wire::operations::kPutShard, wire::encode(wire::PutShard{shard}), bytes};
    auto reply = co_await context.transport.call(address, std::move(call), context.settings.call);
    const bool is_busy = !reply && reply.error().code == Errc::overloaded;
    if (!is_busy || tries == kBusyTries) co_return reply;
    co_await context.clock.sleep_for(pause);
    pause *= 2;
  }
}

}  // namespace

Task<Result<void>> put_shard(Context& context, const ChunkInfo& chunk, ShardInfo& shard, Buffer bytes) {
  const auto address = context.directory.address_of(shard.holder);
  if (!address) co_return fail(Errc::unreachable, "no address is known");
  const InFlight in_flight(context.in_flight, shard.holder, chunk.size);
  const auto began = context.clock.now();
  const auto reply = co_await put(context, *address, shard.id, bytes);
  // That it is full, or has much to do, is no failure of the holder; nor that this node has.
  const bool is_well = reply || reply.error().code == Errc::full || reply.error().code == Errc::overloaded ||
                       reply.error().code == Errc::cancelled;
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
