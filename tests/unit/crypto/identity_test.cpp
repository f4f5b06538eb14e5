#include "crypto/identity.hpp"

#include <gtest/gtest.h>

#include "crypto/sha256.hpp"
#include "support/seeded_random.hpp"

namespace mycostr::crypto {
namespace {

class IdentityTest : public testing::Test {
 protected:
  test::SeededRandom random_{8};
  Identity identity_{random_.make<Identity::Seed>()};
};

TEST_F(IdentityTest, IsRfc8032sKeyOfTheSeed) {
  // RFC 8032, section 7.1, test 1.
  const Identity identity(
      Identity::Seed::from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").value());
  EXPECT_EQ(identity.public_key().hex(), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
}

TEST_F(IdentityTest, NodeIdIsTheDigestOfTheKey) {
  const auto text = "mycostr/id/1" + std::string(identity_.public_key().text());
  EXPECT_EQ(identity_.id().bytes, sha256(as_bytes(text)).bytes);
  EXPECT_EQ(node_id_of(identity_.public_key()), identity_.id());
}

TEST_F(IdentityTest, SignaturesHoldForTheirPurposeAndMessageOnly) {
  const auto signature = identity_.sign("receipt", as_bytes("message"));
  const auto& key = identity_.public_key();
  EXPECT_TRUE(verify(key, "receipt", as_bytes("message"), signature));
  EXPECT_FALSE(verify(key, "grant", as_bytes("message"), signature));
  EXPECT_FALSE(verify(key, "receipt", as_bytes("massage"), signature));
  EXPECT_FALSE(verify(key, "receiptm", as_bytes("essage"), signature)) << "the border is signed too";
  EXPECT_FALSE(verify(Identity(random_.make<Identity::Seed>()).public_key(), "receipt", as_bytes("message"),
                      signature));
  EXPECT_TRUE(verify(key, "", {}, identity_.sign("", {})));
}

TEST_F(IdentityTest, SignatureIsOverPurposeZeroMessage) {
  const auto signature = identity_.sign("receipt", as_bytes("message"));
  EXPECT_TRUE(
      verify_plain(identity_.public_key(), as_bytes(std::string_view("receipt\0message", 15)), signature));
}

}  // namespace
}  // namespace mycostr::crypto
