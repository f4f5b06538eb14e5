#include "conformance_test.hpp"

namespace mycostr::lightning {

TEST_P(WalletConformance, ListsItsChannels) {
  const auto out = channel(0, 1);
  EXPECT_EQ(out.capacity_sat, 1'000'000u);
  EXPECT_NE(out.id, 0u);
  EXPECT_TRUE(out.is_active);
  EXPECT_TRUE(out.is_opener);
  EXPECT_GT(out.local.value, 900'000'000);
  EXPECT_EQ(out.point.size(), 66u);
  const auto same = channel(1, 0);
  EXPECT_EQ(same.id, out.id);
  EXPECT_EQ(same.point, out.point);
  EXPECT_FALSE(same.is_opener);
  EXPECT_TRUE(run(wallets[0].pending_channels()).value().empty());
}

TEST_P(WalletConformance, ConnectsToOtherNodes) {
  const auto address = run(wallets[1].status()).addresses.at(0);
  EXPECT_TRUE(run(wallets[0].connect(keys[1], address)));
  EXPECT_TRUE(run(wallets[0].connect(keys[1], address)));
  const auto nobody = run(wallets[0].connect(keys[2], "127.0.0.1:9"));
  if (!nobody) EXPECT_EQ(nobody.error().code, Errc::unreachable);
}

TEST_P(WalletConformance, ChannelsThatCannotBeAreRefused) {
  EXPECT_EQ(run(wallets[0].open_channel(keys[1], 19'999)).error().code, Errc::invalid);
  const auto small = run(wallets[0].open_channel(keys[1], 99'999));
  ASSERT_FALSE(small);
  EXPECT_EQ(small.error().code, Errc::conflict);
  EXPECT_NE(small.error().detail.find("min chan size"), std::string::npos) << small.error().detail;
  EXPECT_EQ(run(wallets[0].open_channel(keys[1], 16'000'000)).error().code, Errc::not_enough);
  auto stranger = keys[1];
  stranger.bytes[0] ^= 1;  // the other point with the same x
  EXPECT_EQ(run(wallets[0].open_channel(stranger, 100'000)).error().code, Errc::unreachable);
  EXPECT_EQ(run(wallets[0].open_channel(keys[0], 100'000)).error().code, Errc::invalid);
}

// From node 1 to node 3: cases on the same real network have no direct channel from node 0 to node 2.
TEST_P(WalletConformance, AnOpenedChannelIsPendingUntilItIsMined) {
  const auto funds = run(wallets[1].funds_sat()).value();
  ASSERT_GT(funds, 500'000u);
  ASSERT_TRUE(run(wallets[1].connect(keys[3], run(wallets[3].status()).addresses.at(0))));
  const auto before = run(wallets[1].channels()).value().size();
  const auto point = run(wallets[1].open_channel(keys[3], 200'000));
  ASSERT_TRUE(point) << to_string(point.error());
  const auto pending = run(wallets[1].pending_channels()).value();
  ASSERT_EQ(pending.size(), 1u);
  EXPECT_EQ(pending[0].point, *point);
  EXPECT_EQ(pending[0].peer, keys[3]);
  EXPECT_EQ(pending[0].capacity_sat, 200'000u);
  EXPECT_TRUE(pending[0].is_opening);
  EXPECT_LT(run(wallets[1].funds_sat()).value(), funds - 200'000);

  network->mine(6);
  wait_until([&] { return run(wallets[1].pending_channels()).value().empty(); });
  wait_until([&] { return run(wallets[1].channels()).value().size() == before + 1; });
  const auto opened = run(wallets[1].channels()).value();
  const auto at = std::ranges::find(opened, *point, &Channel::point);
  ASSERT_NE(at, opened.end());
  EXPECT_TRUE(at->is_opener);
  EXPECT_EQ(at->capacity_sat, 200'000u);
}

}  // namespace mycostr::lightning
