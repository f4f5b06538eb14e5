// kill -9 at random moments: what was acknowledged is there, what was removed is gone, the counters are
// right.
#include <fcntl.h>
#include <sys/wait.h>

#include <csignal>
#include <fstream>

#include "store_fixture.hpp"

namespace mycostr::storage {
namespace {

constexpr int kKills = 25;
constexpr std::uint64_t kTasks = 6;
constexpr std::uint64_t kShardsPerTask = 40;
constexpr auto kFolderVariable = "MYCOSTR_CRASH_TEST_FOLDER";
constexpr auto kPipeVariable = "MYCOSTR_CRASH_TEST_PIPE";
constexpr ByteCount kPackSize = 512_KiB;
constexpr CompactionLimits kEager{.below_percent = 60, .per_second = 1_GiB};

std::size_t size_of_shard(std::uint64_t number) {
  return number % 13 == 0 ? 256 << 10 : (1 + number % 5) * kLeafSize;
}

/// What the child tells before and after each operation.
struct Report {
  std::uint32_t is_put = 0;
  std::uint32_t is_done = 0;
  std::uint64_t number = 0;
};

void tell(int pipe, const Report& report) {
  if (::write(pipe, &report, sizeof report) != sizeof report) std::abort();
}

Task<> churn(OpenStore& opened, int pipe, std::uint64_t task) {
  std::mt19937_64 random(std::random_device{}());
  for (;;) {
    const auto number = task * kShardsPerTask + random() % kShardsPerTask;
    const bool is_put = random() % 2 == 0;
    tell(pipe, {is_put, false, number});
    Result<void> result;
    if (is_put) {
      const auto size = size_of_shard(number);
      result =
          co_await opened.store.put(*opened.store.reserve({size}), key_of(number), shard_bytes(number, size));
    } else {
      result = co_await opened.store.remove({key_of(number)});
    }
    if (!result) std::abort();
    tell(pipe, {is_put, true, number});
  }
}

Task<> compact_always(OpenStore& opened, HurriedClock& clock) {
  for (;;) {
    co_await opened.store.maintain_once(clock);
    co_await clock.sleep_for({});
  }
}

/// Run by the tests below, in a process of its own, which they kill.
TEST(CrashedStoreChild, DISABLED_Writes) {
  const auto* folder = std::getenv(kFolderVariable);
  const auto* pipe_text = std::getenv(kPipeVariable);
  ASSERT_TRUE(folder != nullptr && pipe_text != nullptr);
  const int pipe = std::atoi(pipe_text);
  OpenStore opened(folder, kPackSize, 1_GiB, kEager);
  HurriedClock clock;
  const auto must_not_end = [](std::exception_ptr) { std::abort(); };
  boost::asio::co_spawn(opened.loop, compact_always(opened, clock), must_not_end);
  for (std::uint64_t task = 0; task < kTasks; ++task) {
    boost::asio::co_spawn(opened.loop, churn(opened, pipe, task), must_not_end);
  }
  opened.loop.run();
}

enum class Expected { absent, present, either };

class CrashedStore : public testing::Test {
 protected:
  /// Lets a child work on the store until it has sent so many reports, kills it a moment later, and takes
  /// note of all.
  void run_and_kill(std::uint64_t reports, std::chrono::microseconds later) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    ::fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    const auto child = start_child(ends[1]);
    ::close(ends[1]);
    Report report;
    for (std::uint64_t seen = 0; ::read(ends[0], &report, sizeof report) == sizeof report;) {
      note(report);
      if (++seen != reports) continue;
      ::usleep(static_cast<useconds_t>(later.count()));
      ::kill(child, SIGKILL);
    }
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
  }

  /// In a program of its own: threads of RocksDB do not survive a fork.
  pid_t start_child(int pipe) {
    ::setenv(kFolderVariable, folder_.path().c_str(), 1);
    ::setenv(kPipeVariable, std::to_string(pipe).c_str(), 1);
    const auto child = ::fork();
    if (child != 0) return child;
    const int quiet = ::open("/dev/null", O_WRONLY);
    ::dup2(quiet, STDOUT_FILENO);
    ::execl("/proc/self/exe", "crash-child", "--gtest_filter=CrashedStoreChild.DISABLED_Writes",
            "--gtest_also_run_disabled_tests", nullptr);
    ::_exit(127);
  }

  void note(const Report& report) {
    if (report.is_done == 0) {
      expected_[report.number] = Expected::either;
    } else {
      expected_[report.number] = report.is_put != 0 ? Expected::present : Expected::absent;
      ++done_;
    }
  }

  void check() {
    OpenStore opened(folder_.path(), kPackSize, 1_GiB, kEager);
    std::uint64_t shards = 0;
    std::uint64_t used = 0;
    for (std::uint64_t number = 0; number < kTasks * kShardsPerTask; ++number) {
      const auto known = expected_.find(number);
      const auto expected = known == expected_.end() ? Expected::absent : known->second;
      const auto size = size_of_shard(number);
      const auto data = opened.get(number);
      ASSERT_TRUE(data || data.error().code == Errc::not_found) << to_string(data.error());
      if (expected == Expected::present) ASSERT_TRUE(data) << number;
      if (expected == Expected::absent) ASSERT_FALSE(data) << number;
      expected_[number] = data ? Expected::present : Expected::absent;
      if (!data) continue;
      ASSERT_TRUE(same_bytes(*data, shard_bytes(number, size))) << number;
      ++shards;
      used += record_size(size);
    }
    EXPECT_EQ(opened.store.usage().shards, shards);
    EXPECT_EQ(opened.store.usage().used.value, used);
    HurriedClock clock;
    run(opened.loop, opened.store.maintain_once(clock));
    // Dead space has been given back: live records, a first page per pack, and the map of extents.
    EXPECT_LE(blocks_of(folder_.packs()), used + files_in(folder_.packs()) * 8192 + kPackSize.value);
  }

  const TempFolder folder_;
  std::map<std::uint64_t, Expected> expected_;
  std::uint64_t done_ = 0;
};

TEST_F(CrashedStore, LosesNothingThatWasAcknowledged) {
  std::mt19937_64 random(testing::UnitTest::GetInstance()->random_seed());
  for (int kill = 0; kill < kKills; ++kill) {
    SCOPED_TRACE(kill);
    run_and_kill(1 + random() % 300, std::chrono::microseconds(random() % 5000));
    if (HasFatalFailure()) return;
    if (kill % 2 == 0) {  // otherwise the next child starts from what this one left
      for (const auto& problem : verify_closed(folder_)) ADD_FAILURE() << problem.what;
      check();
      if (HasFatalFailure()) return;
    }
  }
  EXPECT_GT(done_, 1000U);
}

TEST_F(CrashedStore, CanBeRebuiltFromItsPacks) {
  for (int kill = 0; kill < 3; ++kill) {
    run_and_kill(200, std::chrono::microseconds(1500));
    if (HasFatalFailure()) return;
    std::filesystem::remove_all(folder_.index());
    {
      Database database(folder_.index(), Database::Missing::create);
      EXPECT_TRUE(rebuild_index(database, folder_.packs()).problems.empty());
    }
    check();
    if (HasFatalFailure()) return;
    EXPECT_TRUE(verify_closed(folder_).empty());
  }
}

}  // namespace
}  // namespace mycostr::storage
