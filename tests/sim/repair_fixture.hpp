// A file of an owner in a world whose periods are short.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "files/health.hpp"
#include "sim/client.hpp"

namespace mycostr::sim {

using namespace std::chrono_literals;

inline constexpr std::size_t kOwner = 0;
inline constexpr std::size_t kChunks = 10;
inline constexpr std::size_t kCopies = 3;
/// Until a holder's silence is noticed, and it is suspect.
inline constexpr auto kUntilSuspect = 1min + 3min;
inline constexpr auto kGrace = 20min;
inline constexpr auto kGraceCritical = 5min;
inline constexpr auto kUntilGone = kUntilSuspect + kGrace + 1min;
inline constexpr auto kSurplusAfter = 4h;

/// Hours in minutes: virtual time costs too.
inline void shorten(engine::EngineSettings& settings) {
  settings.dht.probe_interval = 30s;
  settings.audit.period = 5min;
  settings.repair = {2min, kGrace, kGraceCritical, kSurplusAfter, 0.25, 0.1};
}

inline WorldSettings world_of(std::size_t nodes) {
  WorldSettings out;
  out.nodes = nodes;
  out.adjust = shorten;
  return out;
}

/// Where the copies of the file are, and what is thought of their holders.
class RepairFixture {
 public:
  explicit RepairFixture(SimWorld& world)
      : world_(world), content_(world.random().bytes(kChunks * world.settings().chunk_size - 77)) {}

  SimWorld& world() { return world_; }
  SimNode& owner() { return world_.node(kOwner); }
  repair::Service& repairs() { return owner().engine().repairs(); }
  FileId id() const { return id_; }

  Task<> store_it() {
    const auto stored = co_await store(owner(), world_.clock(), named("file"), content_);
    if (!stored) throw std::runtime_error("not stored: " + to_string(stored.error().error));
    id_ = stored->id;
    co_await pass(1min);  // the holders join their agreements
  }
  Task<> pass(Duration time) { co_await world_.clock().sleep_for(time); }
  Task<std::vector<files::ChunkInfo>> chunks() {
    auto out = co_await chunks_of(owner().engine(), id_);
    if (!out) throw std::runtime_error("no rows: " + to_string(out.error()));
    co_return std::move(*out);
  }
  bool keeps(const files::ShardInfo& shard) {
    auto& holder = *world_.find(shard.holder);
    return holder.is_up() && holder.chunks().shards().contains({owner().id(), shard.id});
  }
  /// Copies on disks of nodes that are up, of the chunk that has the fewest.
  Task<std::size_t> fewest() {
    std::size_t out = SIZE_MAX;
    for (const auto& chunk : co_await chunks()) {
      const auto there = std::ranges::count_if(chunk.shards, [&](const auto& shard) { return keeps(shard); });
      out = std::min(out, static_cast<std::size_t>(there));
    }
    co_return out;
  }
  /// Shards of this owner on all disks.
  std::size_t on_disks() {
    std::size_t out = 0;
    for (const auto& node : world_.nodes()) {
      for (const auto& [key, bytes] : node->chunks().shards()) out += key.owner == owner().id() ? 1 : 0;
    }
    return out;
  }
  /// Holders by number of copies, most first.
  Task<std::vector<SimNode*>> holders() {
    std::map<NodeId, std::size_t> counts;
    for (const auto& chunk : co_await chunks()) {
      for (const auto& shard : chunk.shards) ++counts[shard.holder];
    }
    std::vector<SimNode*> out;
    for (const auto& [id, count] : counts) out.push_back(world_.find(id));
    std::ranges::sort(out, std::greater(), [&](SimNode* node) { return counts[node->id()]; });
    co_return out;
  }
  Task<std::size_t> copies_on(const SimNode& holder) {
    std::size_t out = 0;
    for (const auto& chunk : co_await chunks()) {
      out +=
          static_cast<std::size_t>(std::ranges::count(chunk.shards, holder.id(), &files::ShardInfo::holder));
    }
    co_return out;
  }
  Task<> die(SimNode& holder) {
    co_await holder.crash(test::Crash::power_loss);
    holder.chunks().wipe();
  }
  Task<> expect_reads() {
    const auto bytes = co_await read_file(owner().engine(), id_);
    EXPECT_TRUE(bytes) << to_string(bytes.error());
    EXPECT_TRUE(!bytes || *bytes == content_);
  }
  repair::HolderState state_of(const SimNode& holder) {
    const auto* known = repairs().planner().holders().find(holder.id());
    return known == nullptr ? repair::HolderState::live : known->state;
  }
  Task<files::FileHealth> health() {
    auto& engine = owner().engine();
    const auto file = co_await engine.catalog().find(id_);
    const auto out = co_await files::health_of(engine.files(), engine.catalog(), **file);
    co_return *out;
  }

 private:
  SimWorld& world_;
  const Bytes content_;
  FileId id_;
};

inline void expect_distinct_holders(const std::vector<files::ChunkInfo>& chunks) {
  for (const auto& chunk : chunks) {
    std::set<NodeId> holders;
    std::set<ShardId> shards;
    std::set<std::uint32_t> replicas;
    for (const auto& shard : chunk.shards) {
      EXPECT_TRUE(holders.insert(shard.holder).second);
      EXPECT_TRUE(shards.insert(shard.id).second);
      EXPECT_TRUE(replicas.insert(shard.replica).second);
      EXPECT_FALSE(shard.receipt.empty());
    }
  }
}

}  // namespace mycostr::sim
