#include "wire/verdict.hpp"

#include <gtest/gtest.h>

#include "hostile.hpp"

namespace mycostr::wire {
namespace {

crypto::Identity identity_of(std::uint8_t n) {
  crypto::Identity::Seed seed;
  seed.bytes.fill(n);
  return crypto::Identity(seed);
}

class VerdictTest : public testing::Test {
 protected:
  const crypto::Identity owner_ = identity_of(1);

  Verdict verdict() const {
    Verdict out;
    out.owner_key = owner_.public_key();
    out.holder.bytes.fill(2);
    out.agreement.bytes.fill(3);
    out.epoch = 490'896;
    out.serial = 4;
    out.outcome = AuditOutcome::failed;
    out.integrity_ppm = 980'100;
    out.online_ppm = 1'000'000;
    out.state = NodeState::suspended;
    out.at = from_unix_ms(1'767'225'600'000);
    return out;
  }
  template <class Change>
  bool passes(Change change) const {
    auto changed = verdict();
    change(changed);
    const auto back = decode_verdict(encode_verdict(changed, owner_));
    return back && *back == changed;
  }
  bool passes(const RawMessage& payload) const {
    return decode_verdict(sign_and_encode(owner_, kVerdictPurpose, payload.bytes())).has_value();
  }
  RawMessage raw() const {
    RawMessage out;
    const std::string id(32, 'i');
    out.text(1, owner_.public_key().text()).text(2, id).text(3, id.substr(16)).number(6, 1).number(9, 1);
    return out;
  }
};

TEST_F(VerdictTest, RoundTrips) {
  EXPECT_TRUE(passes([](auto&) {}));
  const auto back = decode_verdict(encode_verdict(verdict(), owner_));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->owner(), owner_.id());
  EXPECT_EQ(*decode_trusted_verdict(encode_verdict(verdict(), owner_)), verdict());
}

TEST_F(VerdictTest, EachFieldIsKeptToItsRange) {
  EXPECT_TRUE(passes([](auto& v) { v.epoch = UINT64_MAX; }));
  EXPECT_TRUE(passes([](auto& v) { v.serial = kMaxVerdictSerial; }));
  EXPECT_FALSE(passes([](auto& v) { v.serial = kMaxVerdictSerial + 1; }));
  EXPECT_FALSE(passes([](auto& v) { v.integrity_ppm = 1'000'001; }));
  EXPECT_FALSE(passes([](auto& v) { v.online_ppm = 1'000'001; }));
  for (unsigned n = 0; n < 8; ++n) {
    EXPECT_EQ(passes([&](auto& v) { v.outcome = static_cast<AuditOutcome>(n); }), n >= 1 && n <= 5) << n;
    EXPECT_EQ(passes([&](auto& v) { v.state = static_cast<NodeState>(n); }), n >= 1 && n <= 4) << n;
  }
  EXPECT_TRUE(passes([](auto& v) { v.at = from_unix_ms((1LL << 48) - 1); }));
  EXPECT_FALSE(passes([](auto& v) { v.at = from_unix_ms(1LL << 48); }));
  EXPECT_FALSE(passes([](auto& v) { v.at = from_unix_ms(-1); }));
}

TEST_F(VerdictTest, ForgedOnesAreRefused) {
  EXPECT_EQ(decode_verdict(encode_verdict(verdict(), identity_of(9))).error().code, Errc::invalid);
  EXPECT_TRUE(decode_trusted_verdict(encode_verdict(verdict(), identity_of(9)))) << "not looked at";
  EXPECT_TRUE(passes(raw()));
  EXPECT_FALSE(decode_verdict(sign_and_encode(owner_, kReceiptPurpose, raw().bytes())));
}

TEST_F(VerdictTest, NoDamageGoesUnnoticed) {
  for_hostile_variants(encode_verdict(verdict(), owner_), [&](const Bytes& bytes) {
    const auto back = decode_verdict(bytes);
    EXPECT_TRUE(!back || *back == verdict()) << to_hex(bytes);
  });
}

TEST_F(VerdictTest, IdsHaveTheirLengthAndTheWholeIsBounded) {
  for (unsigned field = 1; field <= 3; ++field) {
    EXPECT_FALSE(passes(raw().text(field, std::string(field == 3 ? 32 : 16, 'x')))) << field;
    EXPECT_FALSE(passes(raw().text(field, ""))) << field;
  }
  EXPECT_TRUE(passes(raw().text(99, std::string(100, 'a')))) << "unknown fields of a newer node";
  EXPECT_FALSE(passes(raw().text(99, std::string(kMaxVerdictSize, 'a'))));
  EXPECT_LT(encode_verdict(verdict(), owner_).size(), kMaxVerdictSize / 2);
}

TEST_F(VerdictTest, NamesAreThoseOfTheApi) {
  EXPECT_EQ(outcome_name(AuditOutcome::passed), "passed");
  EXPECT_EQ(outcome_name(AuditOutcome::contained), "contained");
  EXPECT_EQ(state_name(NodeState::fresh), "new");
  EXPECT_EQ(state_name(NodeState::disqualified), "disqualified");
}

}  // namespace
}  // namespace mycostr::wire
