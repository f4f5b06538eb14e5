#include "crypto/aes.hpp"

#include "crypto/openssl.hpp"

namespace mycostr::crypto {
namespace {
int size_of(ByteView bytes) {
  return static_cast<int>(bytes.size());
}
}  // namespace

GcmTag gcm_encrypt(const AesKey& key, const GcmNonce& nonce, ByteView aad, MutableBytes data) {
  auto* context = thread_gcm_context();
  GcmTag tag;
  int written = 0;
  const bool done =
      EVP_EncryptInit_ex2(context, aes_256_gcm(), key.bytes.data(), nonce.bytes.data(), nullptr) == 1 &&
      EVP_EncryptUpdate(context, nullptr, &written, aad.data(), size_of(aad)) == 1 &&
      EVP_EncryptUpdate(context, data.data(), &written, data.data(), size_of(data)) == 1 &&
      EVP_EncryptFinal_ex(context, data.data() + written, &written) == 1 &&
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, tag.kSize, tag.bytes.data()) == 1;
  require(done, "AES-256-GCM failed");
  return tag;
}

bool gcm_decrypt(const AesKey& key, const GcmNonce& nonce, ByteView aad, MutableBytes data,
                 const GcmTag& tag) {
  auto* context = thread_gcm_context();
  int written = 0;
  auto tag_copy = tag;
  const bool set =
      EVP_DecryptInit_ex2(context, aes_256_gcm(), key.bytes.data(), nonce.bytes.data(), nullptr) == 1 &&
      EVP_DecryptUpdate(context, nullptr, &written, aad.data(), size_of(aad)) == 1 &&
      EVP_DecryptUpdate(context, data.data(), &written, data.data(), size_of(data)) == 1 &&
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, tag.kSize, tag_copy.bytes.data()) == 1;
  require(set, "AES-256-GCM failed");
  return EVP_DecryptFinal_ex(context, data.data() + written, &written) == 1;
}

void ctr_xor(const AesKey& key, ByteView in, MutableBytes out) {
  auto* context = thread_ctr_context();
  constexpr std::uint8_t kZeroCounter[16] = {};
  int written = 0;
  const bool done =
      EVP_EncryptInit_ex2(context, aes_256_ctr(), key.bytes.data(), kZeroCounter, nullptr) == 1 &&
      EVP_EncryptUpdate(context, out.data(), &written, in.data(), size_of(in)) == 1;
  require(done, "AES-256-CTR failed");
}

}  // namespace mycostr::crypto
