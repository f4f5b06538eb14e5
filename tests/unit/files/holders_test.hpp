// An owner's file services, and holders 100 ms away, each of its own mood.
#pragma once

#include <gtest/gtest.h>

#include <map>

#include "files/store_service.hpp"
#include "support/inline_pool.hpp"
#include "support/memory_meta_store.hpp"
#include "support/seeded_random.hpp"
#include "support/virtual_clock.hpp"
#include "wire/messages.hpp"

namespace mycostr::files {

using namespace std::chrono_literals;

/// broken: takes and gives nothing. busy: says that it has too much to do. stuck: connected, and silent.
enum class Mood { answers, dead, full, ignorant, broken, busy, stuck };

inline crypto::Identity::Seed seed_of(std::uint64_t number) {
  return test::SeededRandom(number).make<crypto::Identity::Seed>();
}

class Holders final : public Transport {
 public:
  Holders(Clock& clock, NodeId owner) : clock_(clock), owner_(owner) {}

  Task<Result<PeerReply>> call(PeerAddress to, PeerCall call, CallLimits limits) override {
    ++calls[call.operation];
    auto& holder = holders.at(*to.id);
    ++holder.calls;
    holder.bytes += call.body.size();
    if (holder.mood == Mood::dead) {
      co_await clock_.sleep_for(limits.connect);
      co_return fail(Errc::unreachable, "nobody answers");
    }
    if (holder.mood == Mood::stuck) {
      co_await clock_.sleep_for(limits.progress);
      co_return fail(Errc::timeout, "not a byte");
    }
    co_await clock_.sleep_for(100ms);
    if (holder.mood == Mood::full) co_return fail(Errc::full, "no space");
    const bool is_offer = call.operation == wire::operations::kOfferShard;
    if (holder.mood == Mood::ignorant && is_offer) co_return fail(Errc::not_found, "no such operation");
    if (is_offer) co_return PeerReply{};
    if (holder.mood == Mood::broken) co_return fail(Errc::io, "the disk fails");
    if (holder.mood == Mood::busy) co_return fail(Errc::overloaded, "too much to do");
    if (call.operation == wire::operations::kGetShard) co_return give(holder, call);
    co_return take(holder, call);
  }
  void serve(PeerHandler&) override {}
  std::size_t connection_count() const override { return 0; }

  struct Holder {
    std::unique_ptr<crypto::Identity> identity;
    Mood mood = Mood::answers;
    int calls = 0;
    std::size_t bytes = 0;  ///< of bodies that went to it
    std::map<ShardId, Buffer> shards;
  };
  std::map<NodeId, Holder> holders;
  std::map<std::string, int> calls;

 private:
  Result<PeerReply> take(Holder& holder, const PeerCall& call) const {
    const auto put = wire::decode_put_shard(call.message);
    holder.shards[put->shard] = call.body;
    const wire::Receipt word{
        owner_, holder.identity->public_key(), put->shard, {call.body.size()}, clock_.wall_now()};
    return PeerReply{wire::encode_receipt(word, *holder.identity), {}, {}};
  }
  Result<PeerReply> give(const Holder& holder, const PeerCall& call) const {
    const auto found = holder.shards.find(wire::decode_get_shard(call.message)->shard);
    if (found == holder.shards.end()) return fail(Errc::not_found, "no such shard");
    return PeerReply{{}, Buffer::copy_of(found->second.view()), {}};
  }

  Clock& clock_;
  const NodeId owner_;
};

class Content final : public ByteSource {
 public:
  explicit Content(Bytes bytes) : bytes_(std::move(bytes)) {}
  Task<Result<std::size_t>> read(MutableBytes out) override {
    if (before_read) co_await before_read(at_);
    const auto count = std::min(out.size(), bytes_.size() - at_);
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(at_), count, out.begin());
    at_ += count;
    co_return count;
  }

  std::function<Task<>(std::size_t at)> before_read;

 private:
  const Bytes bytes_;
  std::size_t at_ = 0;
};

class HoldersTest : public testing::Test {
 protected:
  HoldersTest() {
    context_.settings.chunk_size = kChunk;
    context_.settings.call = {5s, 15s, 300s};
    for (std::uint64_t i = 1; i <= 8; ++i) add(i);
  }
  /// A holder in a subnet of its own, believed to live.
  void add(std::uint64_t seed) {
    auto identity = std::make_unique<crypto::Identity>(seed_of(seed));
    wire::NodeRecord record;
    record.seq = 1;
    record.public_key = identity->public_key();
    record.endpoints = {{"192.0." + std::to_string(seed) + ".1", 4081}};
    record.is_holder = true;
    record.location = "DE";
    record.capacity = record.free = 1_GiB;
    record.expires = clock_.wall_now() + 12h;
    record.network_id = "test";
    ASSERT_TRUE(directory_.learn(wire::encode_record(record, *identity), clock_.wall_now()));
    ids_.push_back(identity->id());
    transport_.holders[ids_.back()].identity = std::move(identity);
  }
  Mood& mood(std::size_t holder) { return transport_.holders.at(ids_[holder]).mood; }
  std::size_t bytes_to(std::size_t holder) { return transport_.holders.at(ids_[holder]).bytes; }
  bool store(std::size_t size) {
    Content source(random_.bytes(size));
    const auto began = clock_.now();
    const bool done = clock_.run(store_.store(StoreOptions(), source)).has_value();
    took_ = clock_.now() - began;
    return done;
  }

  static constexpr std::size_t kChunk = 16 * kLeafSize;
  boost::asio::io_context loop_;
  test::VirtualClock clock_{loop_};
  test::SeededRandom random_{1};
  test::InlinePool pool_{loop_};
  crypto::Identity self_{seed_of(100)};
  Holders transport_{clock_, self_.id()};
  crypto::Keystore keystore_{crypto::Keystore::MasterKey{}};
  dht::Directory directory_{self_.id(), "test"};
  reputation::PerformanceBook performance_;
  reputation::ScoreBook scores_{1h};
  async::Budget memory_{16 << 20};
  async::Budget reading_{32 << 20};
  Context context_{loop_.get_executor(),
                   clock_,
                   random_,
                   pool_,
                   transport_,
                   directory_,
                   performance_,
                   scores_,
                   nullptr,
                   self_,
                   keystore_,
                   memory_,
                   reading_,
                   {},
                   [] { return std::optional<placement::Location>(); }};
  test::MemoryMetaStore meta_;
  agreement::JoinQueue joins_{meta_};
  Catalog catalog_{meta_, joins_};
  StoreService store_{context_, catalog_};
  std::vector<NodeId> ids_;
  Duration took_{};
};

}  // namespace mycostr::files
