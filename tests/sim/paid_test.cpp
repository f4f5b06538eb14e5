// Days of whole nodes that pay each other: what is kept is counted, agreed on and paid, whoever falls.
#include <gtest/gtest.h>

#include <cstdio>

#include "sim/client.hpp"
#include "sim/truth.hpp"
#include "support/sim_wallet.hpp"

namespace mycostr::sim {
namespace {

using namespace std::chrono_literals;
using agreement::Role;

constexpr std::size_t kNodes = 9;
constexpr std::size_t kOwners = 2;
constexpr std::size_t kFiles = 12;
constexpr int kDays = 4;
constexpr int kQuietHours = 30;  // longer than what is owed may wait, and a lost payment may take
constexpr std::uint64_t kPrice = 100'000'000'000'000;

WorldSettings world_settings() {
  WorldSettings out;
  out.nodes = kNodes;
  out.runs_dht = false;
  out.capacity = [](std::size_t i) { return i < kOwners ? ByteCount() : 64_MiB; };
  out.adjust = [](engine::EngineSettings& engine) {
    engine.record_life = 24h;
    auto& payment = engine.payment;
    payment.wallet = payment::Settings::Wallet::lnd;
    payment.price_msat_per_tb_month = payment.max_price_msat_per_tb_month = kPrice;
    payment.channels.open = payment::ChannelSettings::Open::automatic;
    payment.channels.daily_budget_sat = 2'000'000;
  };
  return out;
}

class PaidWorld {
 public:
  explicit PaidWorld(std::uint64_t seed)
      : world_(world_settings(), seed),
        dice_(seed + 1),
        lightning_(world_.clock(), seed + 2),
        truth_(world_) {
    for (auto& node : world_.nodes()) {
      wallets_.push_back(&lightning_.add(20'000'000));
      node->use(*wallets_.back());
    }
  }
  void run() { world_.run(all()); }
  std::size_t payments() const { return lightning_.paid().size(); }
  std::size_t falls() const { return falls_; }

 private:
  Task<> all() {
    async::TaskGroup around(world_.executor(), "around");
    around.spawn(truth_.run(kOwners));
    around.spawn(mine());
    co_await store_all();
    set_faults(true);
    for (int hour = 0; hour < kDays * 24; ++hour) {
      co_await world_.clock().sleep_for(1h);
      if (dice_.chance(1, 3)) co_await fall();
      if (dice_.chance(1, 4)) co_await wallet_fails();
    }
    set_faults(false);
    co_await world_.clock().sleep_for(std::chrono::hours(kQuietHours));
    co_await check();
    co_await read_all();
    co_await around.close();
  }

  Task<> mine() {
    for (;;) {
      co_await world_.clock().sleep_for(10min);
      lightning_.mine();
    }
  }

  Task<> store_all() {
    for (std::size_t i = 0; i < kFiles; ++i) {
      const auto owner = i % kOwners;
      auto content = dice_.bytes(20'000 + dice_.below(20'000));
      const auto stored =
          co_await store(world_.node(owner), world_.clock(), named(std::to_string(i)), content);
      if (!stored) throw std::runtime_error("not stored: " + to_string(stored.error().error));
      files_.push_back({owner, stored->id, std::move(content)});
    }
  }

  Task<> read_all() {
    for (const auto& file : files_) {
      const auto back = co_await read_file(world_.node(file.owner).engine(), file.id);
      EXPECT_TRUE(back && *back == file.content);
    }
  }

  void set_faults(bool are_on) {
    lightning_.set_phantoms(are_on ? 20 : 0);
    for (auto* wallet : wallets_) {
      wallet->faults = {};
      if (are_on)
        wallet->faults = {.lost_requests = 20, .lost_answers = 20, .slow_answers = 50, .lost_hints = 200};
    }
  }

  /// A node ends at any moment of its hour, and is back after minutes.
  Task<> fall() {
    const auto number = dice_.below(kNodes);
    auto& node = world_.node(number);
    co_await world_.clock().sleep_for(std::chrono::seconds(dice_.below(3600)));
    co_await node.crash(dice_.chance(1, 2) ? test::Crash::process_kill : test::Crash::power_loss);
    co_await world_.clock().sleep_for(std::chrono::seconds(dice_.below(1200)));
    co_await node.start();
    if (number < kOwners) truth_.introduce_all_to(number);
    ++falls_;
  }

  Task<> wallet_fails() {
    auto& wallet = *wallets_[dice_.below(kNodes)];
    wallet.kill();
    co_await world_.clock().sleep_for(std::chrono::seconds(dice_.below(3600)));
    wallet.start();
  }

  Task<> check() {
    EXPECT_EQ(lightning_.check(), "");
    for (std::size_t owner = 0; owner < kOwners; ++owner) co_await check_owner(owner);
  }

  Task<> check_owner(std::size_t owner) {
    std::size_t paid_accounts = 0;
    const auto accounts = world_.node(owner).engine().payments().ledger().all();
    for (const auto& [id, ours] : accounts) {
      SCOPED_TRACE("agreement " + id.hex());
      auto& holder = *world_.find(ours.peer);
      const auto* theirs = holder.engine().payments().ledger().find(id);
      EXPECT_NE(theirs, nullptr);
      if (theirs == nullptr) continue;
      EXPECT_EQ(ours.number, theirs->number);
      EXPECT_EQ(ours.total, theirs->total);
      EXPECT_EQ(ours.settled, theirs->settled);
      EXPECT_EQ(ours.settled, arrived(*wallets_[owner], *wallets_[holder.number()]));
      EXPECT_GT(ours.end, world_.clock().wall_now() - 2h);
      // What waits is less than is paid at once, or has not waited for a day.
      const auto& settings = world_.node(owner).settings().payment;
      const bool may_wait = ours.owed() < settings.threshold &&
                            (ours.owed() < payment::kLeastPayment ||
                             world_.clock().wall_now() - ours.owed_since < settings.max_age + 1h);
      EXPECT_TRUE(may_wait) << ours.owed().value << " msat: " << co_await problem_of(owner, id);
      paid_accounts += ours.settled.value > 0;
    }
    EXPECT_GE(paid_accounts, 3U);
  }

  Task<std::string> problem_of(std::size_t owner, AgreementId id) {
    payment::PaymentFilter filter;
    filter.agreements = {id};
    filter.newest_first = true;
    filter.limit = 1;
    const auto last = co_await world_.node(owner).engine().payments().book().list(std::move(filter));
    co_return last && !last->empty() ? last->front().problem : "no payment";
  }

  /// By what the Lightning network says.
  Msat arrived(const test::SimWallet& payer, const test::SimWallet& payee) const {
    Msat out;
    for (const auto& paid : lightning_.paid()) {
      if (paid.payer == payer.key() && paid.payee == payee.key()) out.value += paid.amount.value;
    }
    return out;
  }

  struct Stored {
    std::size_t owner;
    FileId id;
    Bytes content;
  };

  SimWorld world_;
  test::SeededRandom dice_;
  test::SimLightning lightning_;
  Truth truth_;
  std::vector<test::SimWallet*> wallets_;
  std::vector<Stored> files_;
  std::size_t falls_ = 0;
};

TEST(Paid, WhatIsKeptForDaysIsPaidOnceWhoeverFalls) {
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    PaidWorld world(seed);
    world.run();
    std::printf("seed %llu: %zu payments, nodes fell %zu times\n", static_cast<unsigned long long>(seed),
                world.payments(), world.falls());
    EXPECT_GT(world.payments(), 40U);
    EXPECT_GT(world.falls(), 10U);
    if (HasFailure()) break;
  }
}

}  // namespace
}  // namespace mycostr::sim
