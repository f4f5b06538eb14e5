#include "holder/scrub_pass.hpp"

#include "unit/holder/machine.hpp"

namespace mycostr::holder {
namespace {

ScrubPass some_pass() {
  ScrubPass pass;
  pass.started = from_unix_ms(1'767'225'600'123);
  pass.position = ShardKey{owner(7), {}};
  pass.position->shard.bytes.fill(9);
  pass.bytes_done = 5_GiB;
  pass.bad_shards = 3;
  pass.is_running = true;
  return pass;
}

TEST(ScrubPass, RoundTrips) {
  EXPECT_EQ(decode_scrub_pass(as_bytes(encode(some_pass()))), some_pass());
  EXPECT_EQ(decode_scrub_pass(as_bytes(encode(ScrubPass()))), ScrubPass());
  auto urgent = some_pass();
  urgent.is_urgent = true;
  urgent.position.reset();
  EXPECT_EQ(decode_scrub_pass(as_bytes(encode(urgent))), urgent);
  auto ended = some_pass();
  ended.is_running = false;
  EXPECT_EQ(decode_scrub_pass(as_bytes(encode(ended))), ended);
}

TEST(ScrubPass, RowsThatAreNoneAreRefused) {
  const auto good = encode(some_pass());
  EXPECT_FALSE(decode_scrub_pass({}));
  EXPECT_FALSE(decode_scrub_pass(as_bytes(good).first(good.size() - 1)));
  EXPECT_FALSE(decode_scrub_pass(as_bytes(good + '\0')));
  auto of_another_format = good;
  of_another_format[0] = 2;
  EXPECT_FALSE(decode_scrub_pass(as_bytes(of_another_format)));
  auto in_the_far_future = good;
  in_the_far_future[2] = 1;
  EXPECT_FALSE(decode_scrub_pass(as_bytes(in_the_far_future)));
  auto running_since_never = good;
  running_since_never[1] = 1;
  EXPECT_FALSE(decode_scrub_pass(as_bytes(running_since_never)));
}

}  // namespace
}  // namespace mycostr::holder
