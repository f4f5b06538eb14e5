// Whatever happens between them, owner and holder agree to the unit.
#include "unit/payment/statement_pair.hpp"

namespace mycostr::payment {
namespace {

using namespace std::chrono_literals;

class AnyHistory : public testing::TestWithParam<std::uint64_t> {
 protected:
  void step(StatementPair& pair) {
    auto& random = pair.random;
    switch (random.below(12)) {
      case 0:
      case 1:
      case 2:
        pair.change(random.below(std::uint64_t{1} << 44), random.chance(1, 4));
        break;
      case 3:
        pair.line = static_cast<StatementLine>(random.below(3));
        break;
      case 4:
        pair.catch_up();
        break;
      case 5:
        pair.restart_owner();
        break;
      case 6:
        if (random.chance(1, 3)) pair.restart_holder();
        break;
      case 7:
        pair.stop_owner();
        pair.pass(std::chrono::minutes(random.below(600)));
        pair.start_owner();
        break;
      case 8:
        pair.owners_word = static_cast<wire::AuditWord>(random.below(4));
        pair.holders_word = static_cast<wire::AuditWord>(random.below(4));
        break;
      default:
        pair.pass(std::chrono::seconds(random.below(3 * 3600)));
    }
  }
};

TEST_P(AnyHistory, EndsInAgreementToTheUnit) {
  SCOPED_TRACE(GetParam());
  StatementPair pair(GetParam(), 1 + GetParam() * 7919 % 10'000'000);
  pair.change(1 << 30);
  for (int i = 0; i < 60; ++i) step(pair);
  pair.line = StatementLine::good;
  pair.catch_up();
  if (pair.random.chance(1, 2)) pair.change(0, false, true);
  // In the middle of an hour, where nothing is under way.
  pair.pass(3h);
  pair.pass(epoch_start(pair.clock.wall_now(), 1h) + 90min - pair.clock.wall_now());
  pair.expect_agreed();
  if (!pair.owners().is_closed) EXPECT_LE(pair.clock.wall_now() - pair.owners().end, 1h + 40min);
}

INSTANTIATE_TEST_SUITE_P(Seeds, AnyHistory, testing::Range<std::uint64_t>(1, 101));

}  // namespace
}  // namespace mycostr::payment
