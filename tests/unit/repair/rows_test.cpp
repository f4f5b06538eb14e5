#include "repair/rows.hpp"

#include <gtest/gtest.h>

#include "parts.hpp"

namespace mycostr::repair::test {
namespace {

LossRow loss() {
  LossRow out;
  out.chunk = key(7);
  out.chunk.index = 0x0102030405060708;
  out.shard.bytes.fill(8);
  out.holder = node(9);
  out.reason = Reason::failed_audit;
  return out;
}

TEST(RepairRows, OfHoldersReadAsTheyWereWritten) {
  for (const auto state :
       {HolderState::live, HolderState::suspect, HolderState::gone, HolderState::returning}) {
    const auto row = encode(HolderRow{node(3), state, from_unix_ms(1'767'225'600'123)});
    EXPECT_EQ(row.key.size(), 3 + 32);
    const auto read = decode_holder_row(row);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->holder, node(3));
    EXPECT_EQ(read->state, state);
    EXPECT_EQ(to_unix_ms(read->since), 1'767'225'600'123);
  }
}

TEST(RepairRows, OfLossesReadAsTheyWereWritten) {
  const auto row = encode(loss());
  EXPECT_EQ(row.key.size(), 3 + 16 + 8 + 32);
  const auto read = decode_loss_row(row);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->chunk, loss().chunk);
  EXPECT_EQ(read->shard, loss().shard);
  EXPECT_EQ(read->holder, loss().holder);
  EXPECT_EQ(read->reason, Reason::failed_audit);
}

TEST(RepairRows, ThatAreNoneAreRefused) {
  const auto holder = encode(HolderRow{node(3), HolderState::gone, WallTime()});
  const auto lost = encode(loss());
  EXPECT_FALSE(decode_holder_row(lost));
  EXPECT_FALSE(decode_loss_row(holder));
  auto other = holder;
  other.value[0] = 4;
  EXPECT_FALSE(decode_holder_row(other));
  other = holder;
  other.value[1] = '\x7f';  // the year 292 million
  EXPECT_FALSE(decode_holder_row(other));
  other = lost;
  other.value.back() = static_cast<char>(Reason::draining);
  EXPECT_FALSE(decode_loss_row(other));
  for (auto row : {holder, lost}) {
    row.key.pop_back();
    EXPECT_FALSE(decode_holder_row(row));
    EXPECT_FALSE(decode_loss_row(row));
  }
  for (auto row : {holder, lost}) {
    row.value.pop_back();
    EXPECT_FALSE(decode_holder_row(row));
    EXPECT_FALSE(decode_loss_row(row));
  }
}

}  // namespace
}  // namespace mycostr::repair::test
