// Starting after what a crash or the loss of power leaves behind.
#include <fstream>

#include "store_fixture.hpp"

namespace mycostr::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kRecord = 4096 + 8192;  // of the shards here

/// A store whose index has forgotten all that happened after the first shard, as the loss of power makes it.
class ForgetfulIndex : public testing::Test {
 protected:
  void make(std::vector<std::uint64_t> forgotten) {
    {
      OpenStore opened(folder_);
      ASSERT_TRUE(opened.put(1, 8192));
    }
    fs::copy(folder_.index(), folder_.path() / "earlier", fs::copy_options::recursive);
    {
      OpenStore opened(folder_);
      for (const auto number : forgotten) ASSERT_TRUE(opened.put(number, 8192));
    }
    fs::remove_all(folder_.index());
    fs::rename(folder_.path() / "earlier", folder_.index());
  }

  void overwrite(std::uint64_t offset, std::string_view bytes) {
    std::fstream file(folder_.packs() / "00000001.pack", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(offset));
    file << bytes;
  }

  const TempFolder folder_;
};

TEST_F(ForgetfulIndex, TakesInTheTailOfTheOpenPack) {
  make({2, 3, 4});
  {
    OpenStore opened(folder_);
    EXPECT_EQ(opened.store.usage().shards, 4U);
    EXPECT_EQ(opened.store.usage().used.value, 4 * kRecord);
    for (std::uint64_t i = 1; i <= 4; ++i) EXPECT_TRUE(opened.holds(i, 8192)) << i;
  }
  EXPECT_TRUE(verify_closed(folder_).empty());
}

TEST_F(ForgetfulIndex, IgnoresARecordWithItsDataTorn) {
  make({2, 3});
  overwrite(4096 + 3 * kRecord - 1, std::string("\0", 1));
  OpenStore opened(folder_);
  EXPECT_TRUE(opened.holds(2, 8192));
  EXPECT_EQ(opened.get(3).error().code, Errc::not_found);
  EXPECT_EQ(opened.store.usage().used.value, 2 * kRecord);
  ASSERT_TRUE(opened.put(3, 8192));
  EXPECT_TRUE(opened.holds(3, 8192));
}

TEST_F(ForgetfulIndex, IgnoresARecordCutOff) {
  make({2, 3});
  fs::resize_file(folder_.packs() / "00000001.pack", 4096 + 3 * kRecord - 5000);
  OpenStore opened(folder_);
  EXPECT_TRUE(opened.holds(2, 8192));
  EXPECT_FALSE(opened.get(3));
  ASSERT_TRUE(opened.put(4, 8192));
  EXPECT_TRUE(opened.holds(4, 8192));
}

TEST_F(ForgetfulIndex, LetsNothingBehindATornRecordComeBack) {
  make({2, 3, 4});
  overwrite(4096 + kRecord, "torn");  // the header of 2: of 3 and 4 nobody can tell what came of them
  {
    OpenStore opened(folder_);
    EXPECT_EQ(opened.store.usage().shards, 1U);
    ASSERT_TRUE(opened.put(5, 8192));  // where 2 lay, right before 3
  }
  // The index forgets 5 as well: its record is taken in, those that once followed are not.
  OpenStore opened(folder_);
  EXPECT_EQ(opened.store.usage().shards, 2U);
  EXPECT_TRUE(opened.holds(5, 8192));
  EXPECT_FALSE(opened.get(3));
}

TEST_F(ForgetfulIndex, SurvivesGarbageBehindTheLastRecord) {
  make({2});
  overwrite(4096 + 2 * kRecord, std::string(10000, 'x'));
  OpenStore opened(folder_);
  EXPECT_EQ(opened.store.usage().shards, 2U);
  ASSERT_TRUE(opened.put(3, 8192));
  EXPECT_TRUE(opened.holds(3, 8192));
}

TEST(Recovery, RefusesPacksThatTheIndexDoesNotKnow) {
  const TempFolder folder;
  {
    OpenStore opened(folder);
    ASSERT_TRUE(opened.put(1, 8192));
  }
  fs::copy_file(folder.packs() / "00000001.pack", folder.packs() / "0000000a.pack");
  EXPECT_THROW(OpenStore{folder}, OpenError);
  EXPECT_FALSE(verify_closed(folder).empty());
  fs::remove(folder.packs() / "0000000a.pack");
  fs::remove_all(folder.index());
  EXPECT_THROW(OpenStore{folder}, OpenError);
  EXPECT_TRUE(fs::exists(folder.packs() / "00000001.pack"));
}

TEST(Recovery, RefusesToStartWithoutAPack) {
  const TempFolder folder;
  {
    OpenStore opened(folder);
    ASSERT_TRUE(opened.put(1, 8192));
  }
  fs::remove(folder.packs() / "00000001.pack");
  EXPECT_THROW(OpenStore{folder}, OpenError);
}

TEST(Recovery, RemovesAPackThatNeverGotARecord) {
  const TempFolder folder;
  {
    const OpenStore opened(folder);
  }
  std::ofstream(folder.packs() / "00000001.pack");
  std::ofstream(folder.packs() / "notes.txt") << "not a pack";
  OpenStore opened(folder);
  ASSERT_TRUE(opened.put(1, 8192));
  EXPECT_TRUE(opened.holds(1, 8192));
  EXPECT_TRUE(fs::exists(folder.packs() / "notes.txt"));
}

TEST(Recovery, FinishesRemovals) {
  const TempFolder folder;
  {
    OpenStore opened(folder);
    ASSERT_TRUE(opened.put(1, 64 << 10));
    ASSERT_TRUE(opened.put(2, 4096));
    // What a crash between the index and the clearing of headers leaves.
    ShardIndex index(opened.database);
    ASSERT_TRUE(index.load());
    IndexChange change(index);
    change.remove(key_of(1), **index.find(key_of(1)));
    ASSERT_TRUE(change.commit(Durability::synced));
  }
  const auto before = blocks_of(folder.packs());
  {
    OpenStore opened(folder);
    EXPECT_FALSE(opened.get(1));
    EXPECT_TRUE(opened.holds(2, 4096));
    EXPECT_TRUE(opened.database.scan(Family::shards, {.prefix = "d", .after = {}})->empty());
    HurriedClock clock;
    run(opened.loop, opened.store.maintain_once(clock));
    EXPECT_LE(blocks_of(folder.packs()) + (64 << 10), before);
    EXPECT_TRUE(opened.database.scan(Family::shards, {.prefix = "f", .after = {}})->empty());
  }
  Database database(folder.index(), Database::Missing::refuse);
  EXPECT_EQ(rebuild_index(database, folder.packs()).shards, 1U);
}

}  // namespace
}  // namespace mycostr::storage
