#include <gtest/gtest.h>

#include "files/catalog.hpp"
#include "files/catalog_keys.hpp"
#include "support/memory_meta_store.hpp"
#include "support/seeded_random.hpp"
#include "support/started.hpp"
#include "support/virtual_clock.hpp"

namespace mycostr::files {
namespace {

class CatalogShardsTest : public testing::Test {
 protected:
  CatalogShardsTest() { EXPECT_TRUE(clock_.run(catalog_.open())); }

  ShardInfo shard(const NodeId& holder) {
    return {random_.make<ShardId>(), 0, holder, random_.bytes(64), clock_.wall_now()};
  }
  ChunkInfo chunk(std::uint64_t index) {
    ChunkInfo out;
    out.index = index;
    out.id = random_.make<ChunkId>();
    out.size = {8192};
    for (const auto& holder : holders_) out.shards.push_back(shard(holder));
    return out;
  }
  /// A file of these chunks is there.
  FileInfo store(const std::vector<ChunkInfo>& chunks) {
    FileInfo out;
    out.id = random_.make<FileId>();
    out.name = "name";
    out.chunk_size = 8192;
    out.size = 8192 * chunks.size();
    out.chunk_count = chunks.size();
    out.redundancy = 3;
    for (const auto& planned : chunks) EXPECT_TRUE(clock_.run(catalog_.plan_chunk(out.id, planned)));
    EXPECT_TRUE(clock_.run(catalog_.commit_upload(out, chunks, std::nullopt)));
    return out;
  }
  std::size_t rows_of(std::string_view prefix) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(store_.rows(), [&](const auto& row) { return row.first.starts_with(prefix); }));
  }
  Result<void> update(ChunkUpdate change) { return clock_.run(catalog_.update_chunk(std::move(change))); }
  ChunkInfo chunk_on_disk(const FileId& file, std::uint64_t index) {
    return clock_.run(catalog_.chunks(file, index, 1)).value().front();
  }

  boost::asio::io_context loop_;
  test::VirtualClock clock_{loop_};
  test::MemoryMetaStore store_;
  test::SeededRandom random_{8};
  std::vector<NodeId> holders_{random_.make<NodeId>(), random_.make<NodeId>(), random_.make<NodeId>()};
  agreement::JoinQueue joins_{store_};
  Catalog catalog_{store_, joins_};
};

TEST_F(CatalogShardsTest, FindsTheChunksThatAHolderHasShardsOf) {
  const std::vector chunks{chunk(0), chunk(1)};
  const auto file = store(chunks);
  const auto all = clock_.run(catalog_.shards_of(holders_[1], std::nullopt, 10)).value();
  ASSERT_EQ(all.size(), 2U);
  for (const auto& place : all) {
    EXPECT_EQ(place.file, file.id);
    EXPECT_EQ(chunks[place.chunk].shards[1].id, place.shard);
  }
  const auto rest = clock_.run(catalog_.shards_of(holders_[1], all[0].shard, 10)).value();
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].shard, all[1].shard);
  const auto place = clock_.run(catalog_.place_of(holders_[2], chunks[1].shards[2].id)).value();
  ASSERT_TRUE(place);
  EXPECT_EQ(place->chunk, 1U);
  EXPECT_FALSE(clock_.run(catalog_.place_of(holders_[0], chunks[1].shards[2].id)).value());
}

TEST_F(CatalogShardsTest, NamesTheHoldersOneAfterTheOther) {
  EXPECT_FALSE(clock_.run(catalog_.next_holder(std::nullopt)).value());
  store({chunk(0), chunk(1)});
  std::ranges::sort(holders_);
  std::optional<NodeId> at;
  for (const auto& holder : holders_) {
    at = clock_.run(catalog_.next_holder(at)).value();
    EXPECT_EQ(at, holder);
  }
  EXPECT_FALSE(clock_.run(catalog_.next_holder(at)).value());
}

TEST_F(CatalogShardsTest, ShardsWithAReceiptWaitToJoinAnAgreement) {
  const auto planned = chunk(0);
  const auto id = random_.make<FileId>();
  ASSERT_TRUE(clock_.run(catalog_.plan_chunk(id, planned)));
  EXPECT_TRUE(joins_.holders().empty());
  EXPECT_EQ(rows_of("k/"), 0U);
  ASSERT_TRUE(clock_.run(catalog_.record_receipts(id, {planned})));
  std::map<NodeId, ByteCount> expected;
  for (const auto& holder : holders_) expected[holder] = planned.size;
  EXPECT_EQ(joins_.holders(), expected);
  const auto waiting = clock_.run(joins_.waiting(holders_[0], 10)).value();
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting[0].id, planned.shards[0].id);
  EXPECT_EQ(waiting[0].size, planned.size);
}

TEST_F(CatalogShardsTest, WhatIsGoneIsFoundNoMore) {
  auto gone = chunk(0);
  const auto file = store({gone});
  ASSERT_TRUE(clock_.run(catalog_.erase(file.id)).value());
  EXPECT_EQ(rows_of("k/"), 3U) << "its holders still keep it";
  const HeldShard confirmed{gone.shards[0].holder, gone.shards[0].id};
  gone.shards.erase(gone.shards.begin());
  ASSERT_TRUE(clock_.run(catalog_.update_deletion(file.id, {gone}, {confirmed})));
  EXPECT_EQ(rows_of("k/"), 2U);
  EXPECT_FALSE(clock_.run(catalog_.place_of(confirmed.holder, confirmed.shard)).value());
}

TEST_F(CatalogShardsTest, AChunkGetsOtherShards) {
  const auto before = chunk(4);
  const auto file = store({chunk(0), before});
  auto added = shard(random_.make<NodeId>());
  const auto plan = random_.make<FileId>();
  auto planned = before;
  planned.shards = {added};
  ASSERT_TRUE(clock_.run(catalog_.plan_chunk(plan, planned)));
  const auto remains = random_.make<FileId>();
  const std::vector shards{before.shards[1], before.shards[2], added};
  ASSERT_TRUE(update({file.id, before, shards, plan, remains}));

  EXPECT_EQ(chunk_on_disk(file.id, 4).shards[2].id, added.id);
  EXPECT_EQ(clock_.run(catalog_.place_of(added.holder, added.id)).value()->chunk, 4U);
  EXPECT_TRUE(joins_.holders().contains(added.holder));
  const auto& dropped = before.shards[0];
  EXPECT_FALSE(clock_.run(catalog_.place_of(dropped.holder, dropped.id)).value());
  const auto waiting = clock_.run(joins_.waiting(dropped.holder, 10)).value();
  EXPECT_TRUE(std::ranges::none_of(waiting, [&](const auto& entry) { return entry.id == dropped.id; }));
  EXPECT_EQ(rows_of("u/"), 0U) << "the plan has come true";
  EXPECT_EQ(rows_of(keys::with(keys::kChunks, plan)), 0U);
  EXPECT_EQ(clock_.run(catalog_.deletions(std::nullopt, 10)).value(), std::vector{remains});
  EXPECT_EQ(chunk_on_disk(remains, 4).shards[0].id, dropped.id);
}

TEST_F(CatalogShardsTest, AChunkThatIsNotAsItWasIsLeftAlone) {
  const auto before = chunk(0);
  const auto file = store({before});
  auto other = before;
  other.shards.pop_back();
  const auto rows = store_.rows();
  EXPECT_EQ(update({file.id, other, before.shards, {}, random_.make<FileId>()}).error().code, Errc::conflict);
  other = before;
  other.index = 7;
  EXPECT_EQ(update({file.id, other, before.shards, {}, random_.make<FileId>()}).error().code, Errc::conflict);
  EXPECT_EQ(update({random_.make<FileId>(), before, before.shards, {}, random_.make<FileId>()}).error().code,
            Errc::conflict);
  EXPECT_EQ(store_.rows(), rows);
  ASSERT_TRUE(clock_.run(catalog_.erase(file.id)).value());
  EXPECT_EQ(update({file.id, before, before.shards, {}, random_.make<FileId>()}).error().code,
            Errc::conflict);
}

/// Answers when the clock has moved on, so that tasks overlap.
class SlowStore final : public MetaStore {
 public:
  SlowStore(Clock& clock, MetaStore& store) : clock_(clock), store_(store) {}
  Task<Result<std::optional<std::string>>> get(std::string key) override {
    co_await clock_.sleep_for(std::chrono::milliseconds(1));
    co_return co_await store_.get(std::move(key));
  }
  Task<Result<std::vector<KeyValue>>> scan(ScanRequest request) override {
    co_return co_await store_.scan(std::move(request));
  }
  Task<Result<void>> commit(WriteBatch batch, Durability durability) override {
    co_await clock_.sleep_for(std::chrono::milliseconds(1));
    co_return co_await store_.commit(std::move(batch), durability);
  }

 private:
  Clock& clock_;
  MetaStore& store_;
};

TEST_F(CatalogShardsTest, ADeletionAndAnUpdateAtOnceLeaveNothingBehind) {
  const auto before = chunk(0);
  const auto file = store({before});
  SlowStore slow(clock_, store_);
  Catalog catalog(slow, joins_);
  const auto added = shard(random_.make<NodeId>());
  struct Tasks {
    static Task<> erase(Catalog& catalog, FileId file, std::vector<std::string>& ended) {
      EXPECT_TRUE((co_await catalog.erase(file)).value());
      ended.push_back("erased");
    }
    static Task<> update(Catalog& catalog, ChunkUpdate change, std::vector<std::string>& ended) {
      const auto done = co_await catalog.update_chunk(std::move(change));
      ended.push_back(done ? "updated" : "refused");
    }
  };
  std::vector<std::string> ended;
  test::Started first(loop_,
                      Tasks::update(catalog, {file.id, before, {added}, {}, random_.make<FileId>()}, ended));
  test::Started second(loop_, Tasks::erase(catalog, file.id, ended));
  test::Started third(loop_,
                      Tasks::update(catalog, {file.id, before, {added}, {}, random_.make<FileId>()}, ended));
  clock_.run();
  EXPECT_EQ(ended, (std::vector<std::string>{"refused", "updated", "erased"}))
      << "whoever deletes waits for what is being written";
  EXPECT_EQ(chunk_on_disk(file.id, 0).shards[0].id, added.id) << "the cleaner finds the new shard";
}

TEST_F(CatalogShardsTest, AnOlderCatalogGetsTheRowsItLacks) {
  const std::vector chunks{chunk(0), chunk(1)};
  store(chunks);
  const auto rows = store_.rows();
  WriteBatch older;
  for (const auto& [key, value] : rows) {
    if (key.starts_with("k/") || key.starts_with("gj/") || key == keys::kAllKept) older.erase(key);
  }
  store_.apply(std::move(older));
  agreement::JoinQueue joins(store_);
  Catalog again(store_, joins);
  ASSERT_TRUE(clock_.run(again.open()));
  EXPECT_EQ(store_.rows(), rows);
}

}  // namespace
}  // namespace mycostr::files
