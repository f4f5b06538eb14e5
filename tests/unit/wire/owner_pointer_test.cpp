#include "wire/owner_pointer.hpp"

#include "unit/wire/hostile.hpp"

namespace mycostr::wire {
namespace {

class OwnerPointerTest : public testing::Test {
 protected:
  crypto::Identity owner_ = identity_of(1);

  OwnerPointer pointer() const {
    OwnerPointer out;
    out.owner_key = owner_.public_key();
    out.seq = 1'767'225'600'000;
    out.expires = from_unix_ms(1'767'268'800'000);
    out.endpoints = {{"owner.example.org", 4081}, {"2001:db8::1", 4081}};
    return out;
  }
  Result<OwnerPointer> sent(std::function<void(OwnerPointer&)> change) const {
    auto changed = pointer();
    change(changed);
    return decode_owner_pointer(encode_owner_pointer(changed, owner_));
  }
  Result<OwnerPointer> sent(const RawMessage& payload) const {
    return decode_owner_pointer(sign_and_encode(owner_, kOwnerPurpose, payload.bytes()));
  }
  RawMessage raw() const {
    RawMessage out;
    out.text(1, owner_.public_key().text()).number(2, 7);
    return out;
  }
};

TEST_F(OwnerPointerTest, RoundTrips) {
  const auto back = sent([](auto&) {});
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, pointer());
  EXPECT_EQ(back->owner(), owner_.id());
}

TEST_F(OwnerPointerTest, ForgedOnesAreRefused) {
  EXPECT_EQ(decode_owner_pointer(encode_owner_pointer(pointer(), identity_of(2))).error().code,
            Errc::invalid);
  const auto for_another_purpose = sign_and_encode(owner_, kRecordPurpose, raw().bytes());
  EXPECT_FALSE(decode_owner_pointer(for_another_purpose));
  EXPECT_TRUE(sent(raw()));
}

TEST_F(OwnerPointerTest, NoDamageGoesUnnoticed) {
  for_hostile_variants(encode_owner_pointer(pointer(), owner_), [&](const Bytes& bytes) {
    EXPECT_FALSE(decode_owner_pointer(bytes)) << to_hex(bytes);
  });
}

TEST_F(OwnerPointerTest, EndpointsThatDoNotFitAreLeftOutFromTheEnd) {
  const auto back = sent([](auto& p) {
    p.endpoints.assign(kMaxPointerEndpoints, {std::string(250, 'a'), 65535});
    p.endpoints[0].port = 1;
  });
  ASSERT_TRUE(back);
  ASSERT_EQ(back->endpoints.size(), 3U);
  EXPECT_EQ(back->endpoints[0].port, 1);
  auto longest = pointer();
  longest.endpoints.assign(kMaxPointerEndpoints, {std::string(253, 'a'), 65535});
  EXPECT_LE(encode_owner_pointer(longest, owner_).size(), kMaxDhtValue);
}

TEST_F(OwnerPointerTest, OversizeOnesAreRefused) {
  const auto of = [&](std::size_t size) { return sent(raw().text(99, std::string(size, 'a'))).has_value(); };
  EXPECT_TRUE(of(800)) << "unknown fields of a newer node";
  EXPECT_FALSE(of(kMaxDhtValue - 50));
  EXPECT_FALSE(sent([](auto& p) { p.endpoints.assign(kMaxPointerEndpoints + 1, {"a.org", 1}); }));
}

TEST_F(OwnerPointerTest, ExpiryIsInBounds) {
  EXPECT_TRUE(sent([](auto& p) { p.expires = from_unix_ms((1LL << 48) - 1); }));
  EXPECT_FALSE(sent([](auto& p) { p.expires = from_unix_ms(1LL << 48); }));
  EXPECT_TRUE(sent([](auto& p) { p.expires = from_unix_ms(0); }));
  EXPECT_FALSE(sent([](auto& p) { p.expires = from_unix_ms(-1); }));
  EXPECT_TRUE(sent([](auto& p) { p.seq = UINT64_MAX; }));
}

TEST_F(OwnerPointerTest, NeedsAKeyOfItsLengthAndHostsThatAreSome) {
  for (const std::size_t size : {0, 31, 33}) EXPECT_FALSE(sent(RawMessage().text(1, std::string(size, 'k'))));
  for (const auto* host : {"", "a b", "[::1]", "a/b", "\xff"}) {
    EXPECT_FALSE(sent(raw().text(4, RawMessage().text(1, host).number(2, 80).view()))) << host;
  }
  EXPECT_FALSE(sent(raw().text(4, RawMessage().text(1, "a.org").number(2, 65536).view())));
}

}  // namespace
}  // namespace mycostr::wire
