// Uploads and retrieves with holders that have bad moments.
#include "async/task_group.hpp"
#include "files/retrieve_service.hpp"
#include "unit/files/holders_test.hpp"

namespace mycostr::files {
namespace {

class TransferTest : public HoldersTest {
 protected:
  static constexpr std::size_t kChunks = 6;

  /// A file whose chunks come 3 minutes apart; `at_chunk` is called before each.
  bool store_slowly(std::function<void(std::size_t chunk)> at_chunk) {
    Content source(random_.bytes(kChunks * kChunk));
    std::set<std::size_t> begun;
    source.before_read = [&](std::size_t at) -> Task<> {
      const auto chunk = at / kChunk;
      if (!begun.insert(chunk).second) co_return;
      co_await clock_.sleep_for(3min);
      at_chunk(chunk);
    };
    return clock_.run(store_.store(StoreOptions(), source)).has_value();
  }
  void keep_only(std::size_t count) {
    for (std::size_t i = count; i < ids_.size(); ++i) mood(i) = Mood::full;
  }
  Bytes read_whole(const FileInfo& file) {
    Bytes out;
    const auto reader = retrieve_.read(file, {0, file.size}, Form::plaintext);
    while (const auto piece = clock_.run(reader->next()).value()) {
      out.insert(out.end(), piece->data(), piece->data() + piece->size());
    }
    clock_.run(reader->close());
    return out;
  }
  RetrieveService retrieve_{context_, catalog_};
};

TEST_F(TransferTest, ABusyHolderIsAskedAgainWithoutBlame) {
  keep_only(3);
  mood(0) = Mood::busy;
  clock_.call_at(clock_.now() + 1s, [this] { mood(0) = Mood::answers; });
  EXPECT_TRUE(store(100));
  EXPECT_GT(took_, 1s);
  EXPECT_FALSE(transport_.holders.at(ids_[0]).shards.empty());
  EXPECT_TRUE(directory_.is_live(ids_[0]));
}

TEST_F(TransferTest, OneThatIsBusyForLongIsReplaced) {
  keep_only(4);
  mood(0) = Mood::busy;
  for (int file = 0; file < 5; ++file) EXPECT_TRUE(store(100));
  EXPECT_TRUE(transport_.holders.at(ids_[0]).shards.empty());
}

TEST_F(TransferTest, ALongUploadForgivesAHolderItsBadMoment) {
  keep_only(4);
  EXPECT_TRUE(store_slowly([&](std::size_t chunk) {
    mood(0) = chunk == 1 ? Mood::broken : Mood::answers;
    mood(1) = chunk == 3 ? Mood::broken : Mood::answers;
  })) << "without the first, the second leaves too few";
}

TEST_F(TransferTest, ALongUploadSeesNodesThatAreNew) {
  keep_only(3);
  EXPECT_TRUE(store_slowly([&](std::size_t chunk) {
    if (chunk == 2) add(9);
    if (chunk >= 3) mood(0) = Mood::broken;
  }));
  EXPECT_FALSE(transport_.holders.at(ids_.back()).shards.empty());
}

TEST_F(TransferTest, ChunksEndWhereTheyShould) {
  constexpr std::size_t kMiB = kDefaultChunkSize;
  context_.settings.chunk_size = kMiB;
  const std::map<std::size_t, std::size_t> chunks_of_size{{0, 0},    {1, 1},        {kMiB - 1, 1},
                                                          {kMiB, 1}, {kMiB + 1, 2}, {2 * kMiB, 2}};
  for (const auto& [size, count] : chunks_of_size) {
    SCOPED_TRACE(size);
    const auto content = random_.bytes(size);
    Content source(content);
    const auto file = clock_.run(store_.store(StoreOptions(), source));
    ASSERT_TRUE(file);
    EXPECT_EQ(file->size, size);
    EXPECT_EQ(file->chunk_count, count);
    const auto chunks = clock_.run(catalog_.chunks(file->id, 0, 10));
    ASSERT_EQ(chunks.value().size(), count);
    for (std::size_t i = 0; i < count; ++i) {
      const auto& chunk = (*chunks)[i];
      const auto bytes = std::min(kMiB, size - i * kMiB);
      EXPECT_EQ(chunk.size.value, (bytes + kLeafSize - 1) / kLeafSize * kLeafSize) << "whole leaves";
      EXPECT_EQ(chunk.is_last, i + 1 == count);
    }
    if (size > 0) EXPECT_EQ(read_whole(*file), content);
  }
}

/// Its clients send a byte now and then, for hours.
TEST_F(TransferTest, SlowUploadsHoldNothingThatOthersNeed) {
  context_.settings.chunk_size = kDefaultChunkSize;
  async::TaskGroup group(loop_.get_executor(), "slow");
  std::vector<std::unique_ptr<Content>> sources;
  for (int i = 0; i < 16; ++i) {
    sources.push_back(std::make_unique<Content>(random_.bytes(100)));
    sources.back()->before_read = [this](std::size_t) -> Task<> { co_await clock_.sleep_for(10h); };
    group.spawn([](StoreService& store, Content& source) -> Task<> {
      co_await store.store(StoreOptions(), source);
    }(store_, *sources.back()));
  }
  EXPECT_TRUE(store(3 * kDefaultChunkSize));
  EXPECT_LT(took_, 10s);
  clock_.run(group.close());
}

TEST_F(TransferTest, ADownloadThatNobodyTakesLeavesRoomForOthers) {
  context_.settings.chunk_size = kDefaultChunkSize;
  Content source(random_.bytes(20 * kDefaultChunkSize));
  const auto file = clock_.run(store_.store(StoreOptions(), source));
  ASSERT_TRUE(file);
  const auto idle = retrieve_.read(*file, {0, file->size}, Form::plaintext);
  const auto other = retrieve_.read(*file, {0, file->size}, Form::plaintext);
  ASSERT_TRUE(clock_.run(idle->next()));
  clock_.run_for(1min);
  EXPECT_GE(memory_.free(), memory_.total() / 2 - 2 * kDefaultChunkSize);
  const auto began = clock_.now();
  ASSERT_TRUE(clock_.run(other->next()));
  EXPECT_LT(clock_.now() - began, 5s);
  EXPECT_TRUE(store(3 * kDefaultChunkSize));
  clock_.run(idle->close());
  clock_.run(other->close());
}

TEST_F(TransferTest, AHolderThatNeverDeliversIsNotAskedFirstForEver) {
  keep_only(3);
  Content source(random_.bytes(100));
  const auto file = clock_.run(store_.store(StoreOptions(), source));
  ASSERT_TRUE(file);
  for (std::size_t stuck = 0; stuck < 3; ++stuck) {
    mood(stuck) = Mood::stuck;
    int slow = 0;
    for (int read = 0; read < 5; ++read) {
      const auto began = clock_.now();
      const auto reader = retrieve_.read(*file, {0, 100}, Form::plaintext);
      const auto piece = clock_.run(reader->next());
      ASSERT_TRUE(piece && *piece);
      if (clock_.now() - began > 100ms) ++slow;
      clock_.run(reader->close());
    }
    EXPECT_LE(slow, 1) << stuck;
    mood(stuck) = Mood::answers;
    clock_.run_for(24h);
  }
}

}  // namespace
}  // namespace mycostr::files
