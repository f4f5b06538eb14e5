#include "crypto/sealing.hpp"

#include <gtest/gtest.h>

#include "crypto/keystore.hpp"
#include "support/seeded_random.hpp"

namespace mycostr::crypto {
namespace {

class SealingTest : public testing::Test {
 protected:
  test::SeededRandom random_{7};
  FileSecrets secrets_{random_.make<AesKey>(), random_.make<SealSecret>()};
  FileId file_ = random_.make<FileId>();
  Bytes plain_ = random_.bytes(8192);
};

TEST_F(SealingTest, ChunksComeBack) {
  for (const std::size_t size : {std::size_t{1}, std::size_t{4096}, std::size_t{1} << 20}) {
    const auto plain = random_.bytes(size);
    auto data = plain;
    const ChunkPlace place{file_, 3, false};
    const auto tag = encrypt_chunk(secrets_, place, data);
    EXPECT_NE(data, plain);
    EXPECT_TRUE(decrypt_chunk(secrets_, place, data, tag));
    EXPECT_EQ(data, plain);
  }
}

TEST_F(SealingTest, AChunkIsBoundToItsPlace) {
  const ChunkPlace place{file_, 3, false};
  auto sealed = plain_;
  const auto tag = encrypt_chunk(secrets_, place, sealed);
  const auto opens = [&](ChunkPlace at) {
    auto data = sealed;
    return decrypt_chunk(secrets_, at, data, tag);
  };
  EXPECT_TRUE(opens(place));
  EXPECT_FALSE(opens({file_, 2, false})) << "reordered";
  EXPECT_FALSE(opens({file_, 4, false})) << "reordered";
  EXPECT_FALSE(opens({file_, 3 + (1ULL << 32), false})) << "all 64 bits of the index count";
  EXPECT_FALSE(opens({file_, 3, true})) << "the rest cut off";
  EXPECT_FALSE(opens({random_.make<FileId>(), 3, false})) << "of another file";
}

TEST_F(SealingTest, DamageIsNoticed) {
  const ChunkPlace place{file_, 0, true};
  auto sealed = plain_;
  auto tag = encrypt_chunk(secrets_, place, sealed);
  for (const std::size_t at : {std::size_t{0}, sealed.size() / 2, sealed.size() - 1}) {
    auto data = sealed;
    data[at] ^= 1;
    EXPECT_FALSE(decrypt_chunk(secrets_, place, data, tag)) << at;
  }
  tag.bytes[15] ^= 0x80;
  EXPECT_FALSE(decrypt_chunk(secrets_, place, sealed, tag));
}

TEST_F(SealingTest, EqualChunksOfOneFileLookDifferent) {
  auto first = plain_;
  auto second = plain_;
  encrypt_chunk(secrets_, {file_, 0, false}, first);
  encrypt_chunk(secrets_, {file_, 1, false}, second);
  EXPECT_NE(first, second);
}

TEST_F(SealingTest, MasksDifferByReplicaChunkAndSecret) {
  const auto chunk = random_.make<ChunkId>();
  const auto mask = [&](const SealSecret& secret, const ChunkId& id, std::uint32_t replica) {
    Bytes out(plain_.size());
    mask_shard(secret, id, replica, plain_, out);
    return out;
  };
  std::set<Bytes> seen{plain_};
  for (const std::uint32_t replica : {1U, 2U, 3U, 256U, 1U << 24, UINT32_MAX}) {
    EXPECT_TRUE(seen.insert(mask(secrets_.seal, chunk, replica)).second) << replica;
  }
  EXPECT_TRUE(seen.insert(mask(secrets_.seal, random_.make<ChunkId>(), 1)).second);
  EXPECT_TRUE(seen.insert(mask(random_.make<SealSecret>(), chunk, 1)).second);
}

TEST_F(SealingTest, MaskingTwiceGivesTheCiphertextBack) {
  const auto chunk = random_.make<ChunkId>();
  Bytes shard(plain_.size());
  mask_shard(secrets_.seal, chunk, 2, plain_, shard);
  mask_shard(secrets_.seal, chunk, 2, shard, shard);  // in place
  EXPECT_EQ(shard, plain_);
}

class KeystoreTest : public SealingTest {
 protected:
  Keystore keystore_{random_.make<Keystore::MasterKey>()};
  Keystore::WrapNonce nonce_ = random_.make<Keystore::WrapNonce>();
  Bytes wrapped_ = keystore_.wrap(secrets_, file_, nonce_);
};

TEST_F(KeystoreTest, GivesSecretsBack) {
  EXPECT_EQ(wrapped_.size(), 104U);
  const auto secrets = keystore_.unwrap(wrapped_, file_);
  ASSERT_TRUE(secrets);
  EXPECT_EQ(secrets->key, secrets_.key);
  EXPECT_EQ(secrets->seal, secrets_.seal);
}

TEST_F(KeystoreTest, HidesTheSecrets) {
  const auto text = as_text(wrapped_);
  EXPECT_EQ(text.find(secrets_.key.text()), std::string_view::npos);
  EXPECT_EQ(text.find(secrets_.seal.text()), std::string_view::npos);
  EXPECT_NE(keystore_.wrap(secrets_, file_, random_.make<Keystore::WrapNonce>()), wrapped_);
}

TEST_F(KeystoreTest, RefusesAnotherFileOrAnotherKey) {
  EXPECT_FALSE(keystore_.unwrap(wrapped_, random_.make<FileId>()));
  EXPECT_FALSE(Keystore(random_.make<Keystore::MasterKey>()).unwrap(wrapped_, file_));
}

TEST_F(KeystoreTest, RefusesEveryBitFlipAndEveryLength) {
  for (std::size_t bit = 0; bit < wrapped_.size() * 8; ++bit) {
    auto damaged = wrapped_;
    damaged[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    EXPECT_FALSE(keystore_.unwrap(damaged, file_)) << bit;
  }
  for (std::size_t size = 0; size < wrapped_.size(); ++size) {
    EXPECT_FALSE(keystore_.unwrap(ByteView(wrapped_).first(size), file_)) << size;
  }
  auto longer = wrapped_;
  longer.push_back(0);
  EXPECT_FALSE(keystore_.unwrap(longer, file_));
}

}  // namespace
}  // namespace mycostr::crypto
