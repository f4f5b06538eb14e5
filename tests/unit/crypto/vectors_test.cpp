// AES-256-GCM, HKDF and Ed25519 against Project Wycheproof: what is valid passes, all that is invalid is
// refused.
#include "unit/crypto/vectors.hpp"

#include "crypto/aes.hpp"
#include "crypto/hkdf.hpp"
#include "crypto/identity.hpp"
#include "crypto/sha256.hpp"

namespace mycostr::crypto {
namespace {

using test::hex_bytes;

std::string id_of(const nlohmann::json& vector) {
  return "tcId " + vector["tcId"].dump();
}

TEST(Aes256Gcm, DecryptsValidVectorsAndRefusesInvalidOnes) {
  int refused = 0;
  for (const auto& vector : test::read_vectors("aes_256_gcm.json")) {
    SCOPED_TRACE(id_of(vector));
    const auto key = AesKey::from(hex_bytes(vector["key"])).value();
    const auto nonce = GcmNonce::from(hex_bytes(vector["iv"])).value();
    const auto tag = GcmTag::from(hex_bytes(vector["tag"])).value();
    const auto aad = hex_bytes(vector["aad"]);
    auto data = hex_bytes(vector["ct"]);
    const bool valid = vector["result"] == "valid";
    EXPECT_EQ(gcm_decrypt(key, nonce, aad, data, tag), valid);
    if (valid) EXPECT_EQ(data, hex_bytes(vector["msg"]));
    refused += valid ? 0 : 1;
  }
  EXPECT_GT(refused, 20);
}

TEST(Aes256Gcm, EncryptsToTheVectors) {
  for (const auto& vector : test::read_vectors("aes_256_gcm.json")) {
    if (vector["result"] != "valid") continue;
    SCOPED_TRACE(id_of(vector));
    auto data = hex_bytes(vector["msg"]);
    const auto tag =
        gcm_encrypt(AesKey::from(hex_bytes(vector["key"])).value(),
                    GcmNonce::from(hex_bytes(vector["iv"])).value(), hex_bytes(vector["aad"]), data);
    EXPECT_EQ(data, hex_bytes(vector["ct"]));
    EXPECT_EQ(tag.hex(), vector["tag"].get<std::string>());
  }
}

TEST(Aes256Ctr, IsNistsKeyStream) {
  // SP 800-38A F.5.5's key under counter 0: the first block is AES(key, 0).
  const auto key =
      AesKey::from_hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4").value();
  const Bytes zeros(32);
  Bytes out(32);
  ctr_xor(key, zeros, out);
  EXPECT_EQ(to_hex(out), "e568f68194cf76d6174d4cc04310a85491151e5d0b7a1f1bc0d7acd0ae3e51e4");
}

TEST(HkdfSha256, DerivesTheVectors) {
  for (const auto& vector : test::read_vectors("hkdf_sha256.json")) {
    SCOPED_TRACE(id_of(vector));
    Bytes out(vector["size"].get<std::size_t>());
    const auto derive = [&] {
      hkdf_sha256(hex_bytes(vector["ikm"]), hex_bytes(vector["salt"]), hex_bytes(vector["info"]), out);
    };
    if (vector["result"] == "valid") {
      derive();
      EXPECT_EQ(out, hex_bytes(vector["okm"]));
    } else {
      EXPECT_THROW(derive(), std::runtime_error);  // longer than HKDF gives
    }
  }
}

TEST(Ed25519, AcceptsValidVectorsAndRefusesInvalidOnes) {
  int refused = 0;
  for (const auto& vector : test::read_vectors("ed25519.json")) {
    SCOPED_TRACE(id_of(vector));
    const auto signature = Signature::from(hex_bytes(vector["sig"]));
    const auto key = PublicKey::from(hex_bytes(vector["public_key"])).value();
    const bool accepted = signature && verify_plain(key, hex_bytes(vector["msg"]), *signature);
    EXPECT_EQ(accepted, vector["result"] == "valid");
    refused += accepted ? 0 : 1;
  }
  EXPECT_GT(refused, 50);
}

TEST(Sha256, IsFips180) {
  EXPECT_EQ(sha256(ByteView()).hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256(as_bytes("abc")).hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256({as_bytes("a"), ByteView(), as_bytes("bc")}), sha256(as_bytes("abc")));
}

TEST(Sha256, InPiecesIsTheSameAndBeginsAnew) {
  Sha256 digest;
  digest.update(as_bytes("a"));
  digest.update({});
  digest.update(as_bytes("bc"));
  EXPECT_EQ(digest.finish(), sha256(as_bytes("abc")));
  EXPECT_EQ(digest.finish(), sha256(ByteView()));
  auto moved = std::move(digest);
  moved.update(as_bytes("abc"));
  EXPECT_EQ(moved.finish(), sha256(as_bytes("abc")));
}

}  // namespace
}  // namespace mycostr::crypto
