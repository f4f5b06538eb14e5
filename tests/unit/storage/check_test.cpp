#include "storage/check.hpp"

#include <fstream>

#include "bad_sectors.hpp"
#include "storage/record.hpp"
#include "store_fixture.hpp"

namespace mycostr::storage {
namespace {

namespace fs = std::filesystem;

/// Packs of several ages: full ones, one half dead, one compacted, one open.
void fill(const TempFolder& folder) {
  HurriedClock clock;
  OpenStore opened(folder, 256_KiB);
  std::vector<ShardKey> removed;
  for (std::uint64_t i = 0; i < 120; ++i) {
    ASSERT_TRUE(opened.put(i, (1 + i % 5) * kLeafSize));
    if (i % 3 == 0 || (i > 20 && i < 60 && i % 10 != 0)) removed.push_back(key_of(i));
  }
  ASSERT_TRUE(opened.remove(removed));
  run(opened.loop, opened.store.maintain_once(clock));
  ASSERT_TRUE(opened.put(0, kLeafSize));  // once removed, back again
}

void overwrite(const fs::path& path, std::uint64_t offset, ByteView bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(offset));
  file << as_text(bytes);
}

Location location_in(const TempFolder& folder, std::uint64_t number) {
  Database database(folder.index(), Database::Missing::refuse);
  return **ShardIndex(database).find(key_of(number));
}

fs::path pack_path(const TempFolder& folder, std::uint32_t number) {
  return folder.packs() / fmt::format("{:08x}.pack", number);
}

TEST(Rebuild, MakesTheSameIndexAgain) {
  const TempFolder folder;
  fill(folder);
  const auto before = index_rows(folder);
  ASSERT_GT(before.size(), 50U);
  fs::remove_all(folder.index());
  {
    Database database(folder.index(), Database::Missing::create);
    const auto rebuilt = rebuild_index(database, folder.packs());
    EXPECT_TRUE(rebuilt.problems.empty());
    EXPECT_EQ(rebuilt.packs, files_in(folder.packs()));
  }
  EXPECT_EQ(index_rows(folder), before);
  EXPECT_TRUE(verify_closed(folder).empty());
  OpenStore opened(folder, 256_KiB);
  EXPECT_TRUE(opened.holds(1, 2 * kLeafSize));
  EXPECT_TRUE(opened.holds(0, kLeafSize));
  EXPECT_FALSE(opened.get(3));
}

TEST(Rebuild, DoesNotBringRemovedShardsBack) {
  const TempFolder folder;
  {
    OpenStore opened(folder, 64_KiB);
    for (std::uint64_t i = 0; i < 30; ++i) ASSERT_TRUE(opened.put(i, 8192));
    std::vector<ShardKey> removed;
    for (std::uint64_t i = 0; i < 25; ++i) removed.push_back(key_of(i));
    ASSERT_TRUE(opened.remove(removed));  // some full packs are wholly dead; no block has been freed
  }
  Database database(folder.index(), Database::Missing::refuse);
  EXPECT_EQ(rebuild_index(database, folder.packs()).shards, 5U);
}

TEST(Rebuild, FreesWhatRemovedShardsTook) {
  const TempFolder folder;
  constexpr std::size_t kSize = 60 << 10;
  {
    OpenStore opened(folder, 1_MiB);
    std::vector<ShardKey> removed;
    for (std::uint64_t i = 0; i < 64; ++i) {
      ASSERT_TRUE(opened.put(i, kSize));
      if (i % 2 == 1) removed.push_back(key_of(i));
    }
    ASSERT_TRUE(opened.remove(removed));  // the daemon ends before their blocks are freed
  }
  const auto before = blocks_of(folder.packs());
  {
    Database database(folder.index(), Database::Missing::refuse);
    EXPECT_EQ(rebuild_index(database, folder.packs()).shards, 32U);
  }
  EXPECT_TRUE(verify_closed(folder).empty());
  HurriedClock clock;
  OpenStore opened(folder, 1_MiB);
  run(opened.loop, opened.store.maintain_once(clock));
  EXPECT_LE(blocks_of(folder.packs()), before - 32 * record_size(kSize) + 16 * kPageSize);
  for (std::uint64_t i = 0; i < 64; ++i) EXPECT_EQ(opened.holds(i, kSize), i % 2 == 0) << i;
}

TEST(Rebuild, LeavesTheMetadataAlone) {
  const TempFolder folder;
  fill(folder);
  Database database(folder.index(), Database::Missing::refuse);
  WriteBatch batch;
  batch.put("k", "v");
  ASSERT_TRUE(database.write(Family::meta, batch, Durability::synced));
  rebuild_index(database, folder.packs());
  EXPECT_EQ(*database.get(Family::meta, "k"), "v");
}

TEST(Rebuild, TakesTheLaterOfTwoRecordsAndIgnoresAnUnfinishedOne) {
  const TempFolder folder;
  {
    OpenStore opened(folder, 8_MiB);
    for (std::uint64_t i = 1; i <= 3; ++i) ASSERT_TRUE(opened.put(i, 8192));
  }
  // A later record of shard 1, as compaction leaves it when a crash comes before the old one is punched.
  const auto pack = pack_path(folder, 1);
  Bytes page(kPageSize);
  std::ifstream(pack, std::ios::binary).seekg(4096).read(reinterpret_cast<char*>(page.data()), kPageSize);
  auto header = *decode_header(page);
  const auto data = shard_bytes(1, 8192);
  header.sequence = 100;
  encode_header(header, page);
  const auto end = 4096 + 3 * record_size(8192);
  overwrite(pack, end, page);
  overwrite(pack, end + kPageSize, data.view());
  overwrite(pack, end - 10, as_bytes("torn"));  // shard 3
  {
    Database database(folder.index(), Database::Missing::refuse);
    EXPECT_EQ(rebuild_index(database, folder.packs()).shards, 2U);
  }
  OpenStore opened(folder, 8_MiB);
  EXPECT_TRUE(opened.holds(1, 8192));
  EXPECT_TRUE(opened.holds(2, 8192));
  EXPECT_FALSE(opened.get(3));
  EXPECT_EQ(opened.store.usage().used.value, 2 * record_size(8192));
  EXPECT_EQ(ShardIndex(opened.database).find(key_of(1)).value()->offset, end);
}

TEST(Rebuild, IsNotFooledByShardsThatLookLikeRecords) {
  const TempFolder folder;
  RecordHeader forged;
  forged.key = key_of(666, 9);
  forged.length = kLeafSize;
  auto data = shard_bytes(1, 8192);
  encode_header(forged, data.mutable_view().first(kPageSize));
  {
    OpenStore opened(folder, 256_KiB);
    ASSERT_TRUE(opened.put(key_of(1), data));
    ASSERT_TRUE(opened.put(2, 8192));
  }
  overwrite(pack_path(folder, 1), 4096, as_bytes("damaged header"));  // so that the scan walks over the data
  Database database(folder.index(), Database::Missing::refuse);
  EXPECT_EQ(rebuild_index(database, folder.packs()).shards, 1U);
  EXPECT_FALSE(*ShardIndex(database).find(forged.key));
  EXPECT_TRUE(*ShardIndex(database).find(key_of(2)));
}

TEST(Rebuild, CutShortIsNoticed) {
  const TempFolder folder;
  fill(folder);
  {
    Database database(folder.index(), Database::Missing::refuse);
    WriteBatch batch;
    batch.put(std::string(1, kRebuildRow), "");
    ASSERT_TRUE(database.write(Family::shards, batch, Durability::synced));
    EXPECT_EQ(verify(database, folder.packs(), false).size(), 1U);
  }
  EXPECT_THROW(OpenStore{folder}, OpenError);
}

TEST(Rebuild, TellsOfAPackItCannotRead) {
  const TempFolder folder;
  fill(folder);
  overwrite(pack_path(folder, 1), 0, as_bytes("no pack"));
  Database database(folder.index(), Database::Missing::refuse);
  const auto rebuilt = rebuild_index(database, folder.packs());
  ASSERT_EQ(rebuilt.problems.size(), 1U);
  EXPECT_NE(rebuilt.problems[0].what.find("00000001.pack"), std::string::npos);
}

/// Forty shards of 8 KiB, 20 a pack.
constexpr std::uint64_t kRecord = record_size(8192);
void fill_two_packs(const TempFolder& folder) {
  OpenStore opened(folder, 4_KiB + ByteCount{20 * kRecord});
  for (std::uint64_t i = 0; i < 40; ++i) ASSERT_TRUE(opened.put(i, 8192));
}
/// Where shard `number` of them has its header.
std::uint64_t header_at(std::uint64_t number) {
  return kPageSize + number % 20 * kRecord;
}

Rebuilt rebuild(const TempFolder& folder) {
  Database database(folder.index(), Database::Missing::refuse);
  return rebuild_index(database, folder.packs());
}

TEST(Rebuild, GoesOnPastWhatCannotBeRead) {
  const TempFolder folder;
  fill_two_packs(folder);
  {
    const BadSectors bad(pack_path(folder, 1), header_at(3), header_at(5) + kPageSize);
    const auto rebuilt = rebuild(folder);
    EXPECT_EQ(rebuilt.shards, 37U);
    ASSERT_EQ(rebuilt.problems.size(), 1U);
    EXPECT_NE(rebuilt.problems[0].what.find("00000001.pack"), std::string::npos);
    EXPECT_NE(rebuilt.problems[0].what.find(fmt::format("{} to", header_at(3))), std::string::npos);
    OpenStore opened(folder, 256_KiB);
    HurriedClock clock;
    run(opened.loop, opened.store.maintain_once(clock));
    for (std::uint64_t i = 0; i < 40; ++i) EXPECT_EQ(opened.holds(i, 8192), i < 3 || i > 5) << i;
  }
  EXPECT_TRUE(verify_closed(folder).empty());
  EXPECT_EQ(rebuild(folder).shards, 40U) << "the disk can read it again, and nobody has cleared it";
}

TEST(Rebuild, KeepsShardsOfTheNewestPackThatCannotBeRead) {
  const TempFolder folder;
  fill_two_packs(folder);
  {
    const BadSectors bad(pack_path(folder, 2), header_at(30) + kPageSize, header_at(31));
    const auto rebuilt = rebuild(folder);
    EXPECT_EQ(rebuilt.shards, 40U);
    ASSERT_EQ(rebuilt.problems.size(), 1U);
    EXPECT_NE(rebuilt.problems[0].what.find(key_of(30).shard.hex()), std::string::npos);
  }
  EXPECT_TRUE(verify_closed(folder).empty());
}

TEST(Rebuild, TheNewestPackMayEndInWhatCannotBeRead) {
  const TempFolder folder;
  fill_two_packs(folder);
  const BadSectors bad(pack_path(folder, 2), header_at(39), header_at(39) + kPageSize);
  EXPECT_EQ(rebuild(folder).shards, 39U);
  OpenStore opened(folder, 256_KiB);
  ASSERT_TRUE(opened.put(100, 8192));
  for (std::uint64_t i = 0; i < 39; ++i) EXPECT_TRUE(opened.holds(i, 8192)) << i;
  EXPECT_TRUE(fs::exists(pack_path(folder, 3)));
}

TEST(Rebuild, LeavesOutAPackOfWhichNothingCanBeRead) {
  const TempFolder folder;
  fill_two_packs(folder);
  const BadSectors bad(pack_path(folder, 1), kPageSize, 1 << 20);
  const auto rebuilt = rebuild(folder);
  EXPECT_EQ(rebuilt.shards, 20U);
  EXPECT_EQ(rebuilt.packs, 1U);
  EXPECT_EQ(rebuilt.problems.size(), 2U);
  EXPECT_TRUE(fs::exists(pack_path(folder, 1)));
  EXPECT_THROW(OpenStore{folder}, OpenError) << "it would be taken for an unused one";
}

TEST(Rebuild, DoesNotBringBackWhatWaitsToBeCleared) {
  const TempFolder folder;
  fill_two_packs(folder);
  {
    Database database(folder.index(), Database::Missing::refuse);
    ShardIndex index(database);
    ASSERT_TRUE(index.load());
    IndexChange change(index);
    for (const std::uint64_t number : {7, 39}) change.remove(key_of(number), **index.find(key_of(number)));
    ASSERT_TRUE(change.commit(Durability::synced));  // the daemon ends before it has cleared the headers
  }
  EXPECT_EQ(rebuild(folder).shards, 38U);
  EXPECT_EQ(rebuild(folder).shards, 38U) << "also where it was ended early";
  {
    OpenStore opened(folder, 256_KiB);
    EXPECT_FALSE(opened.get(7));
  }
  fs::remove_all(folder.index());
  Database database(folder.index(), Database::Missing::create);
  EXPECT_EQ(rebuild_index(database, folder.packs()).shards, 38U) << "the headers are gone since";
}

TEST(Rebuild, ForgetsRowsOfWhatIsNoLongerThere) {
  const TempFolder folder;
  fill_two_packs(folder);
  {
    Database database(folder.index(), Database::Missing::refuse);
    WriteBatch batch;
    // One where no record begins, one of a pack that is gone.
    batch.put(range_row_key(kDyingRow, {1, header_at(1) + kPageSize, 0}), encode_length(kPageSize));
    batch.put(range_row_key(kDyingRow, {3, kPageSize, 0}), encode_length(kRecord));
    ASSERT_TRUE(database.write(Family::shards, batch, Durability::synced));
  }
  EXPECT_EQ(rebuild(folder).shards, 40U);
  for (const auto& [key, value] : index_rows(folder)) EXPECT_NE(key[0], kDyingRow);
}

TEST(Verify, FindsNothingInAHealthyStore) {
  const TempFolder folder;
  fill(folder);
  EXPECT_TRUE(verify_closed(folder, false).empty());
  EXPECT_TRUE(verify_closed(folder, true).empty());
}

TEST(Verify, FindsDamagedHeadersAndData) {
  const TempFolder folder;
  fill(folder);
  const auto header_at = location_in(folder, 1);
  const auto data_at = location_in(folder, 2);
  overwrite(pack_path(folder, header_at.pack), header_at.offset + 50, as_bytes("x"));
  overwrite(pack_path(folder, data_at.pack), data_at.data_offset() + 50, as_bytes("damage"));
  EXPECT_EQ(verify_closed(folder, false).size(), 1U);
  const auto problems = verify_closed(folder, true);
  ASSERT_EQ(problems.size(), 2U);
  EXPECT_FALSE(problems[0].what.empty() || problems[0].what_to_do.empty());
}

TEST(Verify, ADamagedFirstPageCostsNoShard) {
  const TempFolder folder;
  fill(folder);
  const auto pack = location_in(folder, 1).pack;
  overwrite(pack_path(folder, pack), 0, as_bytes("no pack"));
  const auto problems = verify_closed(folder, true);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_NE(problems[0].what.find("first page"), std::string::npos);
  OpenStore opened(folder, 256_KiB);
  EXPECT_TRUE(opened.holds(1, 2 * kLeafSize));
  ASSERT_TRUE(opened.remove({key_of(1)}));
  EXPECT_FALSE(opened.get(1));
}

TEST(Verify, AnOpenPackWithADamagedFirstPageIsNotCutOff) {
  const TempFolder folder;
  {
    OpenStore opened(folder, 8_MiB);
    ASSERT_TRUE(opened.put(1, 8192));
  }
  overwrite(pack_path(folder, 1), 0, as_bytes("no pack"));
  const auto size = fs::file_size(pack_path(folder, 1));
  EXPECT_THROW(OpenStore(folder, 8_MiB), OpenError);
  EXPECT_EQ(fs::file_size(pack_path(folder, 1)), size);
}

TEST(Verify, FindsCountersThatAreNotTheSum) {
  const TempFolder folder;
  fill(folder);
  Database database(folder.index(), Database::Missing::refuse);
  WriteBatch batch;
  batch.erase(shard_row_key(key_of(1)));
  ASSERT_TRUE(database.write(Family::shards, batch, Durability::synced));
  EXPECT_EQ(verify(database, folder.packs(), false).size(), 2U);  // of the pack, and of the store
}

TEST(Verify, FindsMetadataThatCannotBeRead) {
  const TempFolder folder;
  fill(folder);
  {
    Database database(folder.index(), Database::Missing::refuse);
    WriteBatch batch;
    for (std::uint64_t i = 0; i < 3000; ++i) batch.put(key_of(i).shard.hex(), key_of(i).shard.hex());
    ASSERT_TRUE(database.write(Family::meta, batch, Durability::synced));
  }
  EXPECT_TRUE(verify_closed(folder).empty());  // opening it has written the rows to a table
  fs::path largest;
  for (const auto& entry : fs::directory_iterator(folder.index())) {
    const bool is_larger = largest.empty() || entry.file_size() > fs::file_size(largest);
    if (entry.path().extension() == ".sst" && is_larger) largest = entry.path();
  }
  overwrite(largest, fs::file_size(largest) / 2, as_bytes("damage"));
  const auto problems = verify_closed(folder);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_TRUE(problems[0].what.starts_with("metadata: ")) << problems[0].what;
}

TEST(Verify, FindsAMissingPack) {
  const TempFolder folder;
  fill(folder);
  fs::remove(pack_path(folder, location_in(folder, 1).pack));
  const auto problems = verify_closed(folder, false);
  ASSERT_FALSE(problems.empty());
  EXPECT_NE(problems[0].what.find("is missing"), std::string::npos);
  EXPECT_LE(problems.size(), kMaxProblems);
}

}  // namespace
}  // namespace mycostr::storage
