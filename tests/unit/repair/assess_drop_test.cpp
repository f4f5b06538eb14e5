#include <gtest/gtest.h>

#include "parts.hpp"

namespace mycostr::repair::test {
namespace {

TEST(Assess, DropsWhatIsLostOnceItIsReplaced) {
  HoldersRun run(12);
  run.set(2, disqualified());
  run.pass(minutes(1));
  auto chunk = chunk_on({1, 2, 3, 4, 5});
  chunk.copies[0].lost = Reason::rot;
  const auto found = run.assess(chunk);
  EXPECT_EQ(found.missing, 0);
  EXPECT_EQ(found.drop.size(), 2);
  EXPECT_EQ(std::ranges::count(found.drop, shard_on(chunk, 1)), 1);
  EXPECT_EQ(std::ranges::count(found.drop, shard_on(chunk, 2)), 1);
}

TEST(Assess, TrimsWhatCameBackWhenItHasBeenTooManyForLong) {
  HoldersRun run(12);
  run.set(4, with_score(0.5));
  run.silence(1);
  run.pass(hours(5));
  const auto chunk = chunk_on({1, 2, 3, 4});
  run.wake(1);
  run.pass(hours(1));
  EXPECT_FALSE(run.assess(chunk).has_work()) << "back, but without an audit";
  run.holders.audit_passed(node(1), run.now);
  EXPECT_EQ(run.assess(chunk).live, 4);
  run.pass(hours(72) - minutes(1));
  EXPECT_FALSE(run.assess(chunk).has_work());
  run.pass(minutes(1));
  const auto found = run.assess(chunk);
  EXPECT_EQ(found.missing, 0);
  EXPECT_EQ(found.reason, Reason::returned_surplus);
  EXPECT_EQ(found.drop, std::vector{shard_on(chunk, 4)}) << "the worst score goes, whoever came back";
  EXPECT_EQ(found.from, node(4));
}

TEST(Assess, ForgetsCopiesOfHoldersGoneForLongOnceReplaced) {
  HoldersRun run(12);
  run.silence(1);
  run.pass(minutes(16) + hours(4) + hours(72) - minutes(1));
  const auto replaced = chunk_on({1, 2, 3, 4});
  EXPECT_FALSE(run.assess(replaced).has_work());
  run.pass(minutes(1));
  EXPECT_EQ(run.assess(replaced).drop, std::vector{shard_on(replaced, 1)});
  EXPECT_EQ(run.assess(replaced).reason, Reason::returned_surplus);
  EXPECT_TRUE(run.assess(chunk_on({1, 2, 3})).drop.empty()) << "not replaced";
}

/// Whatever happens to holders: a chunk that keeps its places is never dropped below them, and what time
/// takes away is made anew once.
TEST(Assess, NeverDropsBelowTheRedundancy) {
  std::uint32_t state = 12345;
  const auto random = [&](std::uint32_t bound) { return (state = state * 1664525 + 1013904223) / 7 % bound; };
  for (int round = 0; round < 300; ++round) {
    HoldersRun run(12);
    std::vector<std::uint8_t> on;
    for (std::uint8_t n = 1; n <= 12; ++n) {
      auto seen = random(4) == 0 ? silent() : answers();
      seen.domain = std::to_string(random(9));
      seen.score = random(100) / 100.0;
      seen.is_draining = random(8) == 0;
      if (random(10) == 0) seen.trust = Trust::disqualified;
      run.set(n, seen);
      if (random(2) == 0) on.push_back(n);
    }
    run.pass(hours(random(100)));
    auto chunk = chunk_on(on);
    for (auto& copy : chunk.copies) {
      if (random(6) == 0) copy.lost = Reason::rot;
    }
    const auto found = run.assess(chunk);
    auto rest = chunk;
    std::erase_if(rest.copies,
                  [&](const Copy& copy) { return std::ranges::count(found.drop, copy.shard) > 0; });
    const auto after = run.assess(rest);
    EXPECT_TRUE(after.drop.empty());
    EXPECT_EQ(after.missing, found.missing);
    if (!found.drop.empty()) {
      EXPECT_GE(after.live, chunk.redundancy);
      EXPECT_EQ(found.missing, 0);
    }
    // Copies on new holders, as many as are missing, are enough.
    for (std::uint8_t n = 0; n < found.missing; ++n) {
      chunk.copies.push_back(chunk_on({static_cast<std::uint8_t>(100 + n)}).copies.front());
    }
    EXPECT_EQ(run.assess(chunk).missing, 0);
  }
}

}  // namespace
}  // namespace mycostr::repair::test
