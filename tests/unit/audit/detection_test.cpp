// How soon a loss is found, against P = 1 - (1 - f)^c: the table of docs/audit.md.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "audit/selection.hpp"
#include "support/seeded_random.hpp"

namespace mycostr::audit {
namespace {

/// An agreement of `shards` full ones, of which a holder keeps all but a fraction of their leaves, or all but
/// a fraction of the shards.
struct Loss {
  double fraction;
  bool whole_shards;
};

class Detection {
 public:
  Detection(std::uint64_t shards, std::uint32_t leaves, Loss loss)
      : shards_(shards), leaves_(leaves), loss_(loss) {}

  /// Hours until the first leaf that is gone is asked for, at most a hundred days.
  std::vector<int> hours(int runs) {
    std::vector<int> out;
    for (int run = 0; run < runs; ++run) out.push_back(first_hit(static_cast<std::uint64_t>(run)));
    std::ranges::sort(out);
    return out;
  }
  std::uint32_t count() const { return leaves_to_ask(shards_ * leaves_, 64); }

 private:
  int first_hit(std::uint64_t salt) const {
    test::SeededRandom random(salt);
    wire::Challenge challenge{.agreement = random.make<AgreementId>(),
                              .epoch = 1,
                              .serial = 0,
                              .revision = 1,
                              .root = random.make<Digest>(),
                              .shards = shards_,
                              .nonce = {},
                              .count = count(),
                              .kind = wire::AuditKind::plain};
    for (int hour = 1; hour < 2400; ++hour) {
      challenge.nonce = random.make<Digest>();
      ++challenge.epoch;
      const auto asked =
          plain_positions(challenge, selection_seed(challenge, {}), [&](auto) { return leaves_; });
      if (std::ranges::any_of(asked, [&](const Position& at) { return is_gone(at, salt); })) return hour;
    }
    return 2400;
  }
  /// Exactly the fraction, spread by a step that shares no factor with the number of places (2 and 5 have
  /// all).
  bool is_gone(const Position& at, std::uint64_t salt) const {
    const auto places = loss_.whole_shards ? shards_ : shards_ * leaves_;
    const auto place = loss_.whole_shards ? at.slot : at.slot * leaves_ + at.leaf;
    const auto gone = static_cast<std::uint64_t>(std::llround(loss_.fraction * static_cast<double>(places)));
    return (place * 7919 + salt * 104'729) % places < gone;
  }

  const std::uint64_t shards_;
  const std::uint32_t leaves_;
  const Loss loss_;
};

TEST(Detection, IsAsSoonAsTheFormulaSays) {
  constexpr int kRuns = 400;
  std::printf("shards lost_%% kind p50 p99 formula_p50 formula_p99 (hours)\n");
  for (const std::uint64_t shards : {1'000ULL, 20'000ULL}) {
    for (const double fraction : {.001, .01, .05}) {
      for (const bool whole : {false, true}) {
        Detection detection(shards, 256, {fraction, whole});
        const auto hours = detection.hours(kRuns);
        const auto formula = [&](double p) {
          return std::ceil(std::log(1 - p) / std::log(1 - fraction) / detection.count());
        };
        std::printf("%llu %g %s %d %d %g %g\n", static_cast<unsigned long long>(shards), fraction * 100,
                    whole ? "shards" : "leaves", hours[kRuns / 2], hours[kRuns - kRuns / 100 - 1],
                    formula(.5), formula(.99));
        // Each hour's chance is p: the mean is 1 / p, and so is about the deviation of one run.
        const double p = 1 - std::pow(1 - fraction, detection.count());
        double mean = 0;
        for (const auto hour : hours) mean += hour / double(kRuns);
        EXPECT_NEAR(mean, 1 / p, (5 / std::sqrt(double(kRuns)) + .05) / p);
      }
    }
  }
}

/// The promise of docs/audit.md: one percent is found within a day with more than 99.9%.
TEST(Detection, OfOnePercentTakesLessThanADay) {
  constexpr int kRuns = 2'000;
  for (const std::uint64_t shards : {100ULL, 1'000ULL, 100'000ULL}) {
    Detection detection(shards, 4, {.01, false});
    const auto found = std::ranges::count_if(detection.hours(kRuns), [](int hour) { return hour <= 24; });
    EXPECT_GE(detection.count(), 32U);
    EXPECT_GT(1 - std::pow(.99, 24 * detection.count()), .999);
    EXPECT_GT(found, kRuns * .996) << shards << " shards; .999 less three deviations of what is counted";
  }
}

}  // namespace
}  // namespace mycostr::audit
