#include <csignal>
#include <fstream>
#include <map>

#include <sys/resource.h>

#include "store_fixture.hpp"

namespace mycostr::storage {
namespace {

constexpr std::uint64_t kHeader = 4096;

TEST(PackStore, GivesBackWhatWasPut) {
  const TempFolder folder;
  OpenStore opened(folder, 8_MiB);
  for (const std::size_t size : {kLeafSize, 3 * kLeafSize, kDefaultChunkSize, kMaxChunkSize}) {
    ASSERT_TRUE(opened.put(size, size));
    EXPECT_TRUE(opened.holds(size, size)) << size;
    EXPECT_EQ(run(opened.loop, opened.store.size_of(key_of(size)))->value, size);
  }
  EXPECT_EQ(opened.get(1).error().code, Errc::not_found);
  EXPECT_EQ(run(opened.loop, opened.store.size_of(key_of(1))).error().code, Errc::not_found);
}

TEST(PackStore, KeepsTheShardsOfTwoOwnersApart) {
  const TempFolder folder;
  OpenStore opened(folder);
  ASSERT_TRUE(opened.put(key_of(1, 1), shard_bytes(1, 4096)));
  ASSERT_TRUE(opened.put(key_of(1, 2), shard_bytes(1, 4096)));
  EXPECT_EQ(opened.store.usage().shards, 2U);
  ASSERT_TRUE(opened.remove({key_of(1, 1)}));
  EXPECT_FALSE(opened.get(key_of(1, 1)));
  EXPECT_TRUE(opened.get(key_of(1, 2)));
}

TEST(PackStore, ReadsThePartsAskedFor) {
  const TempFolder folder;
  OpenStore opened(folder);
  ASSERT_TRUE(opened.put(1, 10 * kLeafSize));
  const auto whole = shard_bytes(1, 10 * kLeafSize);
  const auto part = opened.read(1, 3 * kLeafSize, 2 * kLeafSize);
  ASSERT_TRUE(part);
  EXPECT_TRUE(std::ranges::equal(part->view(), whole.view().subspan(3 * kLeafSize, 2 * kLeafSize)));
  EXPECT_TRUE(opened.read(1, 9 * kLeafSize, kLeafSize));
  EXPECT_EQ(opened.read(1, 10 * kLeafSize, 0)->size(), 0U);
  EXPECT_EQ(opened.read(1, 9 * kLeafSize, 2 * kLeafSize).error().code, Errc::invalid);
  EXPECT_EQ(opened.read(1, 11 * kLeafSize, 0).error().code, Errc::invalid);
  EXPECT_EQ(opened.read(1, kLeafSize, ~0ULL << 12).error().code, Errc::invalid);
  EXPECT_EQ(opened.read(1, 1, kLeafSize).error().code, Errc::invalid);
  EXPECT_EQ(opened.read(1, 0, 100).error().code, Errc::invalid);
  EXPECT_EQ(opened.read(2, 0, kLeafSize).error().code, Errc::not_found);
}

TEST(PackStore, CountsWhatRecordsTakeAndWhatIsReserved) {
  const TempFolder folder;
  OpenStore opened(folder, 256_KiB, {3 * (4096 + kHeader)});
  auto& store = opened.store;
  auto first = store.reserve({4096});
  ASSERT_TRUE(first);
  EXPECT_EQ(store.usage().reserved.value, 4096 + kHeader);
  ASSERT_TRUE(opened.put(1, 4096));
  ASSERT_TRUE(opened.put(2, 4096));
  EXPECT_EQ(store.usage().used.value, 2 * (4096 + kHeader));
  EXPECT_EQ(store.usage().shard_bytes.value, 2 * 4096U);
  EXPECT_EQ(store.reserve({4096}).error().code, Errc::full);
  first->reset();
  EXPECT_EQ(store.usage().reserved.value, 0U);
  ASSERT_TRUE(store.reserve({4096}));
  store.set_capacity({4096});
  EXPECT_EQ(store.reserve({4096}).error().code, Errc::full);
  ASSERT_TRUE(opened.remove({key_of(1), key_of(2), key_of(2), key_of(3)}));
  EXPECT_EQ(store.usage().used.value, 0U);
  EXPECT_EQ(store.usage().shards, 0U);
  EXPECT_EQ(store.reserve({0}).error().code, Errc::invalid);
  EXPECT_EQ(store.reserve({kMaxChunkSize + kLeafSize}).error().code, Errc::invalid);
}

TEST(PackStore, ListsItsShardsInOrder) {
  const TempFolder folder;
  OpenStore opened(folder);
  const auto list = [&](std::optional<ShardKey> after, std::size_t limit) {
    return run(opened.loop, opened.store.list(after, limit)).value();
  };
  EXPECT_TRUE(list(std::nullopt, 10).empty());
  std::map<ShardKey, std::size_t> expected;
  for (const auto owner : std::initializer_list<std::uint8_t>{9, 1, 255}) {
    for (std::uint64_t i = 0; i < 20; ++i) {
      const std::size_t size = (1 + i % 3) * kLeafSize;
      ASSERT_TRUE(opened.put(key_of(i, owner), shard_bytes(i, size)));
      expected[key_of(i, owner)] = size;
    }
  }
  ASSERT_TRUE(opened.remove({key_of(3, 9)}));
  expected.erase(key_of(3, 9));

  std::optional<ShardKey> after;
  auto next = expected.begin();
  for (auto page = list(after, 7); !page.empty(); page = list(after, 7)) {
    EXPECT_LE(page.size(), 7U);
    for (const auto& shard : page) {
      ASSERT_NE(next, expected.end());
      EXPECT_EQ(shard.key, next->first);
      EXPECT_EQ(shard.size.value, next->second);
      ++next;
    }
    after = page.back().key;
  }
  EXPECT_EQ(next, expected.end());
  EXPECT_EQ(list(key_of(3, 9), 1).front().key, expected.upper_bound(key_of(3, 9))->first)
      << "one that is gone";
}

TEST(PackStore, WritesAShardOnceHoweverOftenItIsPut) {
  const TempFolder folder;
  OpenStore opened(folder);
  const std::vector<ShardKey> same(10, key_of(7));
  std::size_t done = 0;
  for (const auto& key : same) {
    boost::asio::co_spawn(opened.loop,
                          opened.store.put(*opened.store.reserve({4096}), key, shard_bytes(7, 4096)),
                          [&](std::exception_ptr, Result<void> result) { done += result ? 1 : 0; });
  }
  opened.loop.run();
  EXPECT_EQ(done, 10U);
  ASSERT_TRUE(opened.put(7, 4096));
  EXPECT_EQ(opened.store.usage().shards, 1U);
  EXPECT_EQ(opened.store.usage().used.value, 4096 + kHeader);
  EXPECT_EQ(opened.store.usage().reserved.value, 0U);
  EXPECT_TRUE(opened.holds(7, 4096));
}

TEST(PackStore, SharesOneSyncAmongPutsThatWait) {
  const TempFolder folder;
  OpenStore opened(folder, 64_MiB);
  std::vector<ShardKey> keys;
  for (std::uint64_t i = 0; i < 100; ++i) keys.push_back(key_of(i));
  EXPECT_EQ(opened.put_together(keys, 4096), 100U);
  EXPECT_LT(opened.store.syncs(), 50U);
  for (std::uint64_t i = 0; i < 100; ++i) EXPECT_TRUE(opened.holds(i, 4096)) << i;
}

TEST(PackStore, GoesOnInTheNextPackWhenOneIsFull) {
  const TempFolder folder;
  std::vector<ShardKey> keys;
  for (std::uint64_t i = 0; i < 200; ++i) keys.push_back(key_of(i));
  {
    OpenStore opened(folder, 64_KiB);
    EXPECT_EQ(opened.put_together(keys, 8192), 200U);
    ASSERT_TRUE(opened.put(1000, kDefaultChunkSize));  // more than a pack's worth
  }
  EXPECT_GT(files_in(folder.packs()), 35U);
  OpenStore opened(folder, 64_KiB);
  EXPECT_EQ(opened.store.usage().shards, 201U);
  for (std::uint64_t i = 0; i < 200; ++i) EXPECT_TRUE(opened.holds(i, 8192)) << i;
  EXPECT_TRUE(opened.holds(1000, kDefaultChunkSize));
}

TEST(PackStore, GivesTheSpaceOfRemovedShardsBack) {
  const TempFolder folder;
  OpenStore opened(folder, 1_MiB);
  std::vector<ShardKey> odd;
  for (std::uint64_t i = 0; i < 64; ++i) {
    ASSERT_TRUE(opened.put(i, 64 << 10));
    if (i % 2 == 1) odd.push_back(key_of(i));
  }
  const auto before = blocks_of(folder.packs());
  ASSERT_TRUE(opened.remove(odd));
  HurriedClock clock;
  run(opened.loop, opened.store.maintain_once(clock));
  EXPECT_LE(blocks_of(folder.packs()) + 32 * (64 << 10), before);
  for (std::uint64_t i = 0; i < 64; ++i) EXPECT_EQ(opened.holds(i, 64 << 10), i % 2 == 0) << i;
}

TEST(PackStore, RemovesAFullPackThatIsWhollyDead) {
  const TempFolder folder;
  OpenStore opened(folder, 64_KiB);
  std::vector<ShardKey> keys;
  for (std::uint64_t i = 0; i < 50; ++i) keys.push_back(key_of(i));
  ASSERT_EQ(opened.put_together(keys, 8192), 50U);
  ASSERT_TRUE(opened.remove(keys));
  HurriedClock clock;
  run(opened.loop, opened.store.maintain_once(clock));
  EXPECT_LE(files_in(folder.packs()), 1U);
  ASSERT_TRUE(opened.put(1, 8192));
  EXPECT_TRUE(opened.holds(1, 8192));
}

TEST(PackStore, ToldWhenARecordIsNotTheShards) {
  const TempFolder folder;
  OpenStore opened(folder);
  ASSERT_TRUE(opened.put(1, 4096));
  const auto pack = folder.packs() / "00000001.pack";
  FILE* file = std::fopen(pack.c_str(), "r+b");
  ASSERT_NE(file, nullptr);
  std::fseek(file, 4096 + 80, SEEK_SET);
  std::fputc(0x5a, file);
  std::fclose(file);
  EXPECT_EQ(opened.get(1).error().code, Errc::corrupt);
}

/// Files of this process cannot grow beyond it, as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(std::uint64_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    auto limit = before_;
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST(PackStore, RefusesCleanlyWhenTheDiskIsFull) {
  const TempFolder folder;
  {
    OpenStore opened(folder, 8_MiB);
    {
      const FileSizeLimit limit(1 << 20);
      EXPECT_EQ(opened.put(1, 4096).error().code, Errc::full);
      EXPECT_EQ(opened.put(2, 4096).error().code, Errc::full);
    }
    EXPECT_EQ(opened.store.usage().used.value, 0U);
    EXPECT_EQ(opened.store.usage().reserved.value, 0U);
    EXPECT_FALSE(opened.get(1));
    ASSERT_TRUE(opened.put(1, 4096));
  }
  EXPECT_TRUE(verify_closed(folder).empty());
}

TEST(PackStore, LeavesAPackWhoseWriteFailed) {
  const TempFolder folder;
  {
    OpenStore opened(folder, 8_MiB);
    ASSERT_TRUE(opened.put(1, 4096));
    {
      const FileSizeLimit limit(100 << 10);  // within what is allocated already
      EXPECT_FALSE(opened.put(2, kDefaultChunkSize));
    }
    EXPECT_EQ(opened.store.usage().shards, 1U);
    ASSERT_TRUE(opened.put(3, kDefaultChunkSize));
    EXPECT_FALSE(opened.get(2));
  }
  EXPECT_EQ(files_in(folder.packs()), 2U);
  OpenStore opened(folder, 8_MiB);
  EXPECT_EQ(opened.store.usage().shards, 2U);
  EXPECT_TRUE(opened.holds(1, 4096));
  EXPECT_FALSE(opened.get(2));
  EXPECT_TRUE(opened.holds(3, kDefaultChunkSize));
}

TEST(PackStore, WorksWithoutDirectAccessToADisk) {
  const std::filesystem::path memory = "/dev/shm";
  if (!std::filesystem::is_directory(memory)) GTEST_SKIP() << "no tmpfs";
  const TempFolder folder;
  const auto packs = memory / folder.path().filename();
  {
    async::ThreadPool pool("storage", 1);
    Database database(folder.index(), Database::Missing::create);
    boost::asio::io_context loop;
    PackStore store(database, pool, {packs, 1_GiB, 1_MiB, {}});
    ASSERT_TRUE(run(loop, store.put(*store.reserve({8192}), key_of(1), shard_bytes(1, 8192))));
    const auto data = run(loop, store.get(key_of(1)));
    EXPECT_TRUE(data && same_bytes(*data, shard_bytes(1, 8192)));
    EXPECT_TRUE(run(loop, store.remove({key_of(1)})));
    EXPECT_GT(run(loop, store.disk_free())->value, 0U);
  }
  std::filesystem::remove_all(packs);
}

TEST(PackFilesTest, AFileThatIsThereIsNeitherTakenNorRemoved) {
  const TempFolder folder;
  PackFiles files(folder.packs());
  std::ofstream(files.path_of(5)) << "somebody's";
  EXPECT_EQ(files.create(5).error().code, Errc::io);
  std::string kept;
  std::ifstream(files.path_of(5)) >> kept;
  EXPECT_EQ(kept, "somebody's");
  EXPECT_TRUE(files.create(6));
}

}  // namespace
}  // namespace mycostr::storage
