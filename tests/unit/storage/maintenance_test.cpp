#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "async/signal.hpp"
#include "store_fixture.hpp"

namespace mycostr::storage {
namespace {

constexpr std::size_t kSize = 60 << 10;  // 16 records fill a pack of 1 MiB

std::vector<ShardKey> all_but_each_tenth(std::uint64_t count) {
  std::vector<ShardKey> keys;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (i % 10 != 0) keys.push_back(key_of(i));
  }
  return keys;
}

void fill(OpenStore& opened, std::uint64_t count) {
  std::vector<ShardKey> keys;
  for (std::uint64_t i = 0; i < count; ++i) keys.push_back(key_of(i));
  ASSERT_EQ(opened.put_together(keys, kSize), count);
}

TEST(Maintenance, MovesWhatIsLeftAndRemovesThePacks) {
  const TempFolder folder;
  HurriedClock clock;
  {
    OpenStore opened(folder, 1_MiB);
    fill(opened, 200);
    const auto full = files_in(folder.packs());
    ASSERT_TRUE(opened.remove(all_but_each_tenth(200)));
    const auto used = opened.store.usage().used;
    run(opened.loop, opened.store.maintain_once(clock));
    EXPECT_LE(files_in(folder.packs()) * 4, full);
    EXPECT_EQ(opened.store.usage().used, used);
    EXPECT_EQ(opened.store.usage().shards, 20U);
    EXPECT_LE(blocks_of(folder.packs()), used.value + (1 << 20) + 5 * 4096);
    for (std::uint64_t i = 0; i < 200; ++i) EXPECT_EQ(opened.holds(i, kSize), i % 10 == 0) << i;
  }
  EXPECT_TRUE(verify_closed(folder).empty());
  OpenStore opened(folder, 1_MiB);
  for (std::uint64_t i = 0; i < 200; i += 10) EXPECT_TRUE(opened.holds(i, kSize)) << i;
}

TEST(Maintenance, LeavesPacksThatAreWellUsed) {
  const TempFolder folder;
  HurriedClock clock;
  OpenStore opened(folder, 1_MiB);
  fill(opened, 64);
  std::vector<ShardKey> half;
  for (std::uint64_t i = 0; i < 64; i += 2) half.push_back(key_of(i));
  ASSERT_TRUE(opened.remove(half));
  const auto before = files_in(folder.packs());
  run(opened.loop, opened.store.maintain_once(clock));
  EXPECT_EQ(files_in(folder.packs()), before);
}

TEST(Maintenance, KeepsToItsRate) {
  const TempFolder folder;
  HurriedClock clock;
  OpenStore opened(folder, 1_MiB, 1_GiB, {.below_percent = 50, .per_second = 64_KiB});
  fill(opened, 32);
  std::vector<ShardKey> most;
  for (std::uint64_t i = 0; i < 32; ++i) {
    if (i % 4 != 0) most.push_back(key_of(i));
  }
  ASSERT_TRUE(opened.remove(most));
  run(opened.loop, opened.store.maintain_once(clock));
  // 64 KiB a second, records of 64 KiB: seven or eight lie in packs that are full.
  EXPECT_GE(clock.slept, std::chrono::seconds(7));
  EXPECT_LE(clock.slept, std::chrono::seconds(8));
  EXPECT_EQ(opened.store.usage().shards, 8U);
}

TEST(Maintenance, LosesNothingToReadersAndRemoversMeanwhile) {
  const TempFolder folder;
  HurriedClock clock;
  OpenStore opened(folder, 1_MiB, 1_GiB, {.below_percent = 60, .per_second = 1_GiB});
  fill(opened, 160);
  std::vector<ShardKey> gone;
  for (std::uint64_t i = 0; i < 160; ++i) {
    if (i % 2 == 1) gone.push_back(key_of(i));
  }
  ASSERT_TRUE(opened.remove(gone));
  std::size_t wrong = 0;
  std::size_t right = 0;
  boost::asio::co_spawn(opened.loop, opened.store.maintain_once(clock), [](std::exception_ptr) {});
  boost::asio::co_spawn(opened.loop, opened.store.remove({key_of(4), key_of(44), key_of(144)}),
                        [&](std::exception_ptr, Result<void> result) { wrong += result ? 0 : 1; });
  for (int round = 0; round < 5; ++round) {
    for (std::uint64_t i = 0; i < 160; i += 2) {
      boost::asio::co_spawn(opened.loop, opened.store.get(key_of(i)),
                            [&, i](std::exception_ptr, Result<Buffer> data) {
                              const bool removed = i % 10 == 4 && (i == 4 || i == 44 || i == 144);
                              const bool found = data && same_bytes(*data, shard_bytes(i, kSize));
                              const bool absent = !data && data.error().code == Errc::not_found;
                              (found || (removed && absent) ? right : wrong) += 1;
                            });
    }
  }
  opened.loop.restart();
  opened.loop.run();
  EXPECT_EQ(wrong, 0U);
  EXPECT_EQ(right, 400U);
  EXPECT_EQ(opened.store.usage().shards, 77U);
}

/// A clock on which nothing ever ends but by cancellation.
class StoppedClock final : public Clock {
 public:
  SteadyTime now() const override { return {}; }
  WallTime wall_now() const override { return {}; }
  Task<> sleep_for(Duration) override { co_await never_.wait(); }

 private:
  async::Signal never_;
};

TEST(Maintenance, EndsWhenItIsCancelled) {
  const TempFolder folder;
  OpenStore opened(folder, 1_MiB);
  StoppedClock clock;
  boost::asio::cancellation_signal stop;
  bool ended = false;
  boost::asio::co_spawn(opened.loop, opened.store.run_maintenance(clock),
                        boost::asio::bind_cancellation_slot(
                            stop.slot(), [&](std::exception_ptr thrown) { ended = thrown != nullptr; }));
  boost::asio::post(opened.loop, [&] { stop.emit(boost::asio::cancellation_type::terminal); });
  opened.loop.run();
  EXPECT_TRUE(ended);
}

}  // namespace
}  // namespace mycostr::storage
