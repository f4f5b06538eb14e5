#include "holder/registration.hpp"

#include "unit/holder/machine.hpp"

namespace mycostr::holder {
namespace {

class RegistrationTest : public Machine {
 protected:
  /// What is offered after a start with these settings.
  std::optional<Offer> start(ByteCount capacity, std::string location) {
    registration_.emplace(meta_, chunks_, clock_, 1_MiB, [] {});
    EXPECT_TRUE(clock_.run(registration_->open(capacity, std::move(location))));
    return registration_->offer();
  }

  std::optional<Registration> registration_;
};

TEST_F(RegistrationTest, AnOfferByTheApiOutlivesARestart) {
  EXPECT_FALSE(start({}, ""));
  EXPECT_TRUE(clock_.run(registration_->offer_capacity(64_MiB, "DE")));
  const auto offer = start({}, "");
  ASSERT_TRUE(offer);
  EXPECT_EQ(offer->capacity, 64_MiB);
}

TEST_F(RegistrationTest, WhoTakesTheCapacityOutOfTheSettingsOffersNothing) {
  EXPECT_TRUE(start(64_MiB, "DE"));
  EXPECT_TRUE(start(64_MiB, "DE"));
  EXPECT_FALSE(start({}, ""));
  EXPECT_EQ(chunks_.usage().capacity, ByteCount());
  EXPECT_FALSE(start({}, "")) << "for good";
}

TEST_F(RegistrationTest, TheSettingsGoOverTheApiWhenTheyChange) {
  start(64_MiB, "DE");
  EXPECT_TRUE(clock_.run(registration_->offer_capacity(128_MiB, "FR")));
  EXPECT_EQ(start(64_MiB, "DE")->capacity, 128_MiB);
  EXPECT_EQ(start(32_MiB, "DE")->capacity, 32_MiB);
}

}  // namespace
}  // namespace mycostr::holder
