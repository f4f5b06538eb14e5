#include "files/fetch.hpp"

#include <algorithm>
#include <tuple>

#include "async/cancel.hpp"
#include "async/offload.hpp"
#include "async/task_group.hpp"
#include "async/timeout.hpp"
#include "base/log.hpp"
#include "files/in_flight.hpp"
#include "files/sealed_chunk.hpp"
#include "wire/messages.hpp"

namespace mycostr::files {
namespace {

/// A holder that has not delivered by then is slow: another one is asked as well.
constexpr auto kPatience = std::chrono::seconds(2);
constexpr Duration kFirstBusyPause = std::chrono::milliseconds(50);
constexpr int kBusyTries = 9;  // 13 s

/// Best first: those that answer, then those that should be through soonest with what they have to send.
std::vector<ShardInfo> by_promise(const Context& context, std::vector<ShardInfo> shards, ByteCount size) {
  const auto now = context.clock.wall_now();
  const auto rank = [&](const ShardInfo& shard) {
    const auto load = context.in_flight.find(shard.holder);
    const auto queued = load == context.in_flight.end() ? ByteCount() : load->second;
    return std::tuple(!context.directory.is_live(shard.holder),
                      context.performance.expected_duration(shard.holder, queued + size, now), shard.replica);
  };
  std::ranges::sort(shards, {}, rank);
  return shards;
}

/// The holders of one chunk in a race that starts with one runner.
class Fetch {
 public:
  Fetch(Context& context, const FileId& file, const crypto::FileSecrets& secrets, const ChunkInfo& chunk,
        Form form)
      : context_(context),
        file_(file),
        secrets_(secrets),
        chunk_(chunk),
        form_(form),
        attempts_(context.executor, "retrieve") {}

  Task<Result<Buffer>> run() {
    std::exception_ptr thrown;
    try {
      co_await race();
    } catch (...) {
      thrown = std::current_exception();
    }
    // What still runs refers to this object.
    co_await async::begin_cleanup();
    co_await attempts_.close();
    co_await async::end_cleanup();
    if (thrown) std::rethrow_exception(thrown);
    if (won_) co_return std::move(*won_);
    co_return fail(Errc::not_enough,
                   "no holder gives chunk " + std::to_string(chunk_.index) + ": " + last_error_);
  }

 private:
  Task<> race() {
    std::size_t begun = 0;
    for (auto& shard : by_promise(context_, chunk_.shards, chunk_.size)) {
      const auto before = ended_count_;
      attempts_.spawn(attempt(std::move(shard)));
      ++begun;
      co_await async::finish_within(context_.clock, wait_for_end(before), kPatience);
      if (won_) co_return;
    }
    while (!won_ && ended_count_ < begun) co_await wait_for_end(ended_count_);
  }

  /// Until more attempts have ended, well or not, than `before`.
  Task<> wait_for_end(std::size_t before) {
    while (ended_count_ == before) co_await ended_.wait();
  }

  Task<> attempt(ShardInfo shard) {
    struct Ended {
      Fetch& fetch;
      ~Ended() {
        ++fetch.ended_count_;
        fetch.ended_.notify_all();
      }
    } ended{*this};
    auto got = co_await get(shard);
    if (got && !won_) won_ = std::move(*got);
    if (!got) {
      last_error_ = "node " + short_hex(shard.holder.view()) + ": " + to_string(got.error());
      log(LogLevel::warn, "retrieve", "file={} chunk={} replica={}: {}", file_id_text(file_), chunk_.index,
          shard.replica, last_error_);
    }
  }

  Task<Result<Buffer>> get(const ShardInfo& shard) {
    auto address = context_.directory.address_of(shard.holder);
    if (!address) {
      co_await context_.seek(shard.holder);
      address = context_.directory.address_of(shard.holder);
    }
    if (!address) co_return fail(Errc::unreachable, "no address is known");
    const InFlight in_flight(context_.in_flight, shard.holder, chunk_.size);
    const auto began = context_.clock.now();
    Unanswered unanswered(*this, shard.holder);
    auto reply = co_await ask(shard, *address);
    unanswered.end();
    const auto took = context_.clock.now() - began;
    if (!reply) {
      const auto code = reply.error().code;
      // That this node has much to do is no failure of the holder's; nor that the holder has, unless for
      // long.
      if (code != Errc::cancelled) record(shard.holder, false, took);
      if (is_silence(code)) context_.directory.failed(shard.holder, context_.clock.now());
      co_return std::unexpected(reply.error());
    }
    auto bytes = std::move(reply->body);
    const bool verified = co_await async::offload(context_.crypto_pool, [&] {
      return form_ == Form::plaintext ? open_shard(secrets_, file_, chunk_, shard, bytes)
                                      : unmask_shard(secrets_, chunk_, shard, bytes);
    });
    record(shard.holder, verified, took);
    if (!verified) co_return fail(Errc::corrupt, "the bytes are not the shard's");
    co_return bytes;
  }

  /// A holder that gives as much as it can at once is asked again, soon at first.
  Task<Result<PeerReply>> ask(const ShardInfo& shard, const PeerAddress& address) {
    auto pause = kFirstBusyPause;
    for (int tries = 1;; ++tries) {
      PeerCall call{.operation = wire::operations::kGetShard,
                    .message = wire::encode(wire::GetShard{shard.id, {}}),
                    .body = {},
                    .max_reply_body = chunk_.size.value};
      auto reply = co_await context_.transport.call(address, std::move(call), context_.settings.call);
      const bool is_busy = !reply && reply.error().code == Errc::overloaded;
      if (!is_busy || tries == kBusyTries) co_return reply;
      co_await context_.clock.sleep_for(pause);
      pause *= 2;
    }
  }

  void record(const NodeId& holder, bool is_well, Duration took) {
    context_.performance.record_transfer(holder, reputation::Direction::down,
                                         is_well ? chunk_.size : ByteCount(), took, is_well,
                                         context_.clock.wall_now());
  }

  /// A call that is given up because another holder was faster. One that had all the patience there is has
  /// failed, or it would be asked first again for the next chunk.
  class Unanswered {
   public:
    Unanswered(Fetch& fetch, const NodeId& holder)
        : fetch_(fetch), holder_(holder), began_(fetch.context_.clock.now()) {}
    ~Unanswered() {
      const auto took = fetch_.context_.clock.now() - began_;
      if (is_open_ && took >= kPatience) fetch_.record(holder_, false, took);
    }
    Unanswered(const Unanswered&) = delete;
    Unanswered& operator=(const Unanswered&) = delete;
    void end() { is_open_ = false; }

   private:
    Fetch& fetch_;
    const NodeId holder_;
    const SteadyTime began_;
    bool is_open_ = true;
  };

  Context& context_;
  const FileId& file_;
  const crypto::FileSecrets& secrets_;
  const ChunkInfo& chunk_;
  const Form form_;
  std::optional<Buffer> won_;
  std::string last_error_ = "it has none";
  std::size_t ended_count_ = 0;
  async::Signal ended_;
  async::TaskGroup attempts_;
};

}  // namespace

Task<Result<Buffer>> fetch_chunk(Context& context, const FileId& file, const crypto::FileSecrets& secrets,
                                 const ChunkInfo& chunk, Form form) {
  Fetch fetch(context, file, secrets, chunk, form);
  co_return co_await fetch.run();
}

}  // namespace mycostr::files
