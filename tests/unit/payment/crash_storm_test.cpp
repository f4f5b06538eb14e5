// Payer, payee and both wallets end at random moments, calls and answers are lost, payments get stuck:
// whatever the order, what is owed is paid exactly once. Replay one: MYCOSTR_SIM_SEED=17 unit_payment
// --gtest_filter='CrashStorm.*'
#include <cstdlib>

#include "unit/payment/paying_world.hpp"

namespace mycostr::payment {
namespace {

using namespace std::chrono_literals;

#ifdef NDEBUG
constexpr std::uint64_t kSeeds = 1500;
#else
constexpr std::uint64_t kSeeds = 100;  // what is slow
#endif
constexpr int kEvents = 40;

class Storm {
 public:
  explicit Storm(std::uint64_t seed) : dice_(seed * 7919), world_(seed * 31, settings()) {
    auto& lightning = world_.lightning;
    const auto shape = dice_.below(3);
    if (shape != 1) lightning.open(world_.owner.wallet, world_.holder.wallet, 1'000'000);
    if (shape != 0) {
      auto& hop = lightning.add(10'000'000);
      lightning.open(world_.owner.wallet, hop, 1'000'000);
      lightning.open(hop, world_.holder.wallet, 1'000'000);
    }
    owner_had_ = world_.owner.wallet.balance().value;
    holder_had_ = world_.holder.wallet.balance().value;
  }

  void run() {
    world_.network.set_loss(dice_.below(150));
    for (auto* side : {&world_.owner, &world_.holder}) {
      side->wallet.faults = {.lost_requests = dice_.below(100),
                             .lost_answers = dice_.below(150),
                             .slow_answers = dice_.below(50),
                             .lost_hints = dice_.below(1000)};
    }
    world_.owe(100'000);
    for (int i = 0; i < kEvents; ++i) {
      happen();
      // Crashes at every step of a payment, and at rest.
      world_.pass(dice_.chance(2, 3) ? Duration(std::chrono::milliseconds(dice_.below(300)))
                                     : Duration(std::chrono::seconds(dice_.below(400))));
    }
    calm();
  }

  void check() {
    // The invoice's expiry, and until a stuck payment's way out is found, and the pauses.
    ASSERT_TRUE(world_.pass_until_paid(1h + 30min)) << world_.state();
    world_.pass(1min);
    world_.expect_paid_once();
    EXPECT_EQ(world_.lightning.in_flight(), 0U);
    std::int64_t fees = 0;
    for (const auto& paid : world_.lightning.paid()) fees += paid.fee.value;
    EXPECT_EQ(owner_had_ - world_.owner.wallet.balance().value, world_.owed + fees);
    EXPECT_EQ(world_.holder.wallet.balance().value - holder_had_, world_.owed);
    const auto& book = world_.owner.life->book;
    EXPECT_EQ(book.totals_by_peer().at(world_.holder.identity.id()).out.value, world_.owed);
    EXPECT_EQ(world_.holder.life->book.totals_by_peer().at(world_.owner.identity.id()).in.value, world_.owed);
  }

 private:
  static Settings settings() {
    auto out = PayingWorld::default_settings();
    out.budget = {.hour = Msat{1'000'000'000}, .day = Msat{1'000'000'000}, .peer_day = Msat{1'000'000'000}};
    return out;
  }

  static void set_running(test::SimWallet& wallet, bool running) {
    if (running == wallet.is_running()) return;
    running ? wallet.start() : wallet.kill();
  }

  void happen() {
    auto& side = dice_.chance(1, 2) ? world_.owner : world_.holder;
    switch (dice_.below(12)) {
      case 0:
      case 1:
      case 2:
        if (world_.owner.is_up() && world_.holder.is_up())
          world_.owe(static_cast<std::int64_t>(50'000 + dice_.below(200'000)));
        return;
      case 3:
      case 4:
      case 5:
        if (side.is_up())
          side.crash(dice_.chance(1, 2) ? test::Crash::process_kill : test::Crash::power_loss);
        if (dice_.chance(2, 3)) side.start();
        return;
      case 6:
        for (auto* any : {&world_.owner, &world_.holder}) {
          if (!any->is_up()) any->start();
        }
        return;
      case 7:
      case 8:
        set_running(side.wallet, false);
        if (dice_.chance(1, 2)) side.wallet.start();
        return;
      case 9:
        for (auto* any : {&world_.owner, &world_.holder}) set_running(any->wallet, true);
        return;
      case 10:
        world_.lightning.set_phantoms(dice_.chance(1, 3) ? 500 : 0);
        return;
      case 11:
        if (dice_.chance(1, 3))
          world_.lightning.set_hold(static_cast<test::SimHold>(dice_.below(3)));
        else
          world_.lightning.set_hold(test::SimHold::none);
        if (dice_.chance(1, 3)) world_.lightning.settle_held();
        if (dice_.chance(1, 3)) world_.lightning.mine(static_cast<std::uint32_t>(dice_.below(100)));
        return;
    }
  }

  void calm() {
    world_.network.heal();
    world_.lightning.set_phantoms(0);
    world_.lightning.set_hold(test::SimHold::none);
    for (auto* side : {&world_.owner, &world_.holder}) {
      side->wallet.faults = {};
      set_running(side->wallet, true);
      if (!side->is_up()) side->start();
    }
    if (dice_.chance(1, 2)) world_.lightning.settle_held();
    world_.lightning.mine(300);
    world_.owe(1'000, true);
  }

  test::SeededRandom dice_;
  PayingWorld world_;
  std::int64_t owner_had_ = 0;
  std::int64_t holder_had_ = 0;
};

TEST(CrashStorm, WhateverEndsWhenEverNothingIsPaidTwiceAndNothingIsForgotten) {
  const auto* chosen = std::getenv("MYCOSTR_SIM_SEED");
  const auto first = chosen != nullptr ? std::strtoull(chosen, nullptr, 10) : 1;
  const auto last = chosen != nullptr ? first : kSeeds;
  for (auto seed = first; seed <= last; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Storm storm(seed);
    storm.run();
    storm.check();
    if (HasFailure()) break;
  }
}

}  // namespace
}  // namespace mycostr::payment
