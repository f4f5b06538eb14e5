#include "storage/rocks_meta_store.hpp"

#include <sys/resource.h>

#include <csignal>
#include <fstream>

#include "store_fixture.hpp"

namespace mycostr::storage {
namespace {

struct OpenMeta {
  explicit OpenMeta(const TempFolder& folder)
      : pool("storage", 2), database(folder.index(), Database::Missing::create), store(database, pool) {}

  Result<void> commit(WriteBatch batch, Durability durability = Durability::buffered) {
    return run(loop, store.commit(std::move(batch), durability));
  }
  Result<void> put(std::string key, std::string value) {
    WriteBatch batch;
    batch.put(std::move(key), std::move(value));
    return commit(std::move(batch));
  }
  std::optional<std::string> get(std::string key) { return run(loop, store.get(std::move(key))).value(); }
  std::string keys(ScanRequest request) {
    std::string out;
    for (const auto& row : run(loop, store.scan(std::move(request))).value()) out += row.key + " ";
    return out;
  }

  async::ThreadPool pool;
  Database database;
  boost::asio::io_context loop;
  RocksMetaStore store;
};

TEST(RocksMetaStore, KeepsWhatIsCommittedAcrossAReopen) {
  const TempFolder folder;
  {
    OpenMeta meta(folder);
    ASSERT_TRUE(meta.put("a", std::string("\0\xff", 2)));
    EXPECT_EQ(meta.get("a"), std::string("\0\xff", 2));
    EXPECT_EQ(meta.get("b"), std::nullopt);
  }
  OpenMeta meta(folder);
  EXPECT_EQ(meta.get("a"), std::string("\0\xff", 2));
}

/// As a full disk: no file may grow any more.
class NoFileGrows {
 public:
  NoFileGrows() {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit none{0, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &none);
  }
  ~NoFileGrows() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  struct rlimit before_{};
};

TEST(RocksMetaStore, AFailedCommitShowsAndLosesNothingThatWasThere) {
  std::signal(SIGXFSZ, SIG_IGN);
  const TempFolder folder;
  {
    OpenMeta meta(folder);
    ASSERT_TRUE(meta.put("a", "1"));
    EXPECT_FALSE(meta.store.is_failing());
    const NoFileGrows full;
    WriteBatch batch;
    batch.put("b", std::string(100'000, 'x'));
    EXPECT_FALSE(meta.commit(std::move(batch), Durability::synced));
    EXPECT_TRUE(meta.store.is_failing());
    EXPECT_EQ(meta.get("a"), "1");
  }
  OpenMeta meta(folder);
  EXPECT_EQ(meta.get("a"), "1");
  EXPECT_TRUE(meta.put("b", "2"));
}

TEST(RocksMetaStore, AppliesTheChangesOfABatchInOrder) {
  const TempFolder folder;
  OpenMeta meta(folder);
  ASSERT_TRUE(meta.put("gone", "1"));
  WriteBatch batch;
  batch.put("k", "1");
  batch.put("k", "2");
  batch.erase("gone");
  batch.put("back", "1");
  batch.erase("back");
  ASSERT_TRUE(meta.commit(std::move(batch), Durability::synced));
  EXPECT_EQ(meta.get("k"), "2");
  EXPECT_EQ(meta.get("gone"), std::nullopt);
  EXPECT_EQ(meta.get("back"), std::nullopt);
}

TEST(RocksMetaStore, ScansByPrefixAfterLimitAndDirection) {
  const TempFolder folder;
  OpenMeta meta(folder);
  for (const auto* key : {"a", "b1", "b2", "b3", "b4", "c", "\xff", "\xff\xff",
                          "\xff\xff"
                          "1"}) {
    ASSERT_TRUE(meta.put(key, "v"));
  }
  EXPECT_EQ(meta.keys({.prefix = "b", .after = {}}), "b1 b2 b3 b4 ");
  EXPECT_EQ(meta.keys({.prefix = "b", .after = {}, .limit = 2}), "b1 b2 ");
  EXPECT_EQ(meta.keys({.prefix = "b", .after = "b2"}), "b3 b4 ");
  EXPECT_EQ(meta.keys({.prefix = "b", .after = "b25"}), "b3 b4 ");
  EXPECT_EQ(meta.keys({.prefix = "b", .after = "a"}), "b1 b2 b3 b4 ");
  EXPECT_EQ(meta.keys({.prefix = "b", .after = "c"}), "");
  EXPECT_EQ(meta.keys({.prefix = "b", .after = {}, .reverse = true}), "b4 b3 b2 b1 ");
  EXPECT_EQ(meta.keys({.prefix = "b", .after = "b3", .limit = 1, .reverse = true}), "b2 ");
  EXPECT_EQ(meta.keys({.prefix = "b", .after = "z", .reverse = true}), "b4 b3 b2 b1 ");
  EXPECT_EQ(meta.keys({.prefix = "b", .after = "a", .reverse = true}), "");
  EXPECT_EQ(meta.keys({.prefix = "\xff\xff", .after = {}, .reverse = true}),
            "\xff\xff"
            "1 \xff\xff ");
  EXPECT_EQ(meta.keys({.prefix = {}, .after = {}, .limit = 2, .reverse = true}),
            "\xff\xff"
            "1 \xff\xff ");
  EXPECT_EQ(meta.keys({.prefix = {}, .after = "b4"}),
            "c \xff \xff\xff \xff\xff"
            "1 ");
  EXPECT_EQ(meta.keys({.prefix = "b", .after = {}, .limit = 0}), "");
}

TEST(RocksMetaStore, SharesOneSyncAmongCommitsThatWait) {
  const TempFolder folder;
  OpenMeta meta(folder);
  constexpr std::uint64_t kCommits = 200;
  std::uint64_t done = 0;
  for (std::uint64_t i = 0; i < kCommits; ++i) {
    WriteBatch batch;
    batch.put("last", std::to_string(i));
    batch.put("n" + std::to_string(i), "v");
    boost::asio::co_spawn(meta.loop, meta.store.commit(std::move(batch), Durability::synced),
                          [&](std::exception_ptr, Result<void> result) { done += result ? 1 : 0; });
  }
  meta.loop.run();
  EXPECT_EQ(done, kCommits);
  EXPECT_LT(meta.store.syncs(), kCommits / 2);
  EXPECT_EQ(meta.get("last"), std::to_string(kCommits - 1));
}

TEST(RocksMetaStore, RefusesKeysAndValuesOverTheLimits) {
  const TempFolder folder;
  OpenMeta meta(folder);
  EXPECT_TRUE(meta.put(std::string(1024, 'k'), std::string(1 << 20, 'v')));
  EXPECT_EQ(meta.put(std::string(1025, 'k'), "v").error().code, Errc::invalid);
  EXPECT_EQ(meta.put("k", std::string((1 << 20) + 1, 'v')).error().code, Errc::invalid);
  EXPECT_EQ(meta.get("k"), std::nullopt);
}

TEST(Database, RefusesToBeOpenedTwice) {
  const TempFolder folder;
  const Database first(folder.index(), Database::Missing::create);
  try {
    const Database second(folder.index(), Database::Missing::create);
    FAIL() << "opened twice";
  } catch (const OpenError& error) {
    EXPECT_NE(std::string(error.what()).find("in use by another process"), std::string::npos) << error.what();
  }
}

TEST(Database, SaysWhereThereIsNone) {
  const TempFolder folder;
  EXPECT_THROW(Database(folder.index(), Database::Missing::refuse), OpenError);
  std::ofstream(folder.path() / "file") << "x";
  EXPECT_THROW(Database(folder.path() / "file", Database::Missing::create), OpenError);
}

}  // namespace
}  // namespace mycostr::storage
