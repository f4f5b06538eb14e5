// links: reputation
#include "reputation/score.hpp"

#include "fuzz/entry.hpp"

namespace mycostr::fuzz {

void take(ByteView input) {
  const auto score = reputation::decode_score(input);
  if (!score) return;
  const auto row = reputation::encode(*score);
  const auto again = reputation::decode_score(as_bytes(row));
  check(again && reputation::encode(*again) == row);

  const auto now = from_unix_ms(1'767'225'600'000);
  constexpr auto kPeriod = std::chrono::hours(1);
  check(score->integrity() >= 0 && score->integrity() <= 1);
  check(score->online() >= 0 && score->online() <= 1);
  check(score->age(now, kPeriod) >= 0 && score->age(now, kPeriod) <= 1);
  check(score->trial_capacity(now, kPeriod) >= reputation::kFirstTrialCapacity);
  auto later = *score;
  later.add_audit(reputation::AuditOutcome::failed, now, kPeriod);
  later.add_window(true, now);
  check(later.integrity() <= score->integrity() && later.state() >= score->state());
  check(score->disqualified || score->passes_to_resume() < 10'000);
}

}  // namespace mycostr::fuzz
