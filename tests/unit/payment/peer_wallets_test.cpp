#include "payment/peer_wallets.hpp"

#include <gtest/gtest.h>

#include "support/memory_meta_store.hpp"
#include "support/virtual_clock.hpp"

namespace mycostr::payment {
namespace {

using namespace std::chrono_literals;
using Routed = PeerWallet::Routed;

const WallTime kStart = from_unix_ms(1'800'000'000'000);

class PeerWalletsTest : public testing::Test {
 protected:
  PeerWalletsTest() {
    peer_.bytes[0] = 1;
    key_.bytes[0] = 2;
    learn(key_);
  }
  void learn(const LightningKey& key) {
    ASSERT_TRUE(clock_.run(wallets_.learn(peer_, key, {"10.0.0.1:9735"})));
  }
  void routed(Routed routed, Duration after) {
    const auto at = kStart + std::chrono::duration_cast<std::chrono::milliseconds>(after);
    ASSERT_TRUE(clock_.run(wallets_.routed(peer_, routed, at, "why")));
  }
  const PeerWallet& wallet() const { return *wallets_.find(peer_); }

  boost::asio::io_context loop_;
  test::VirtualClock clock_{loop_};
  test::MemoryMetaStore store_;
  PeerWallets wallets_{store_};
  NodeId peer_;
  LightningKey key_;
};

TEST_F(PeerWalletsTest, FailureAfterFailureCountsFromTheFirst) {
  routed(Routed::failed, 0min);
  routed(Routed::failed, 30min);
  EXPECT_EQ(wallet().routed_at, kStart);
  routed(Routed::found, 40min);
  EXPECT_EQ(wallet().routed_at, kStart + 40min);
  routed(Routed::found, 50min);
  EXPECT_EQ(wallet().routed_at, kStart + 50min);
  routed(Routed::failed, 60min);
  EXPECT_EQ(wallet().routed_at, kStart + 60min);
}

TEST_F(PeerWalletsTest, OfANewWalletNothingIsKnown) {
  routed(Routed::failed, 0min);
  learn(key_);
  EXPECT_EQ(wallet().routed, Routed::failed);
  LightningKey other;
  learn(other);
  EXPECT_EQ(wallet().routed, Routed::unknown);
}

TEST_F(PeerWalletsTest, ARowIsReadAsItWasWritten) {
  routed(Routed::failed, 5min);
  const auto back = decode_peer_wallet_row(encode_row(wallet()));
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, wallet());
  PeerWallets again{store_};
  ASSERT_TRUE(clock_.run(again.open()));
  ASSERT_NE(again.find(peer_), nullptr);
  EXPECT_EQ(*again.find(peer_), wallet());
}

}  // namespace
}  // namespace mycostr::payment
