#include "crypto/keystore.hpp"

#include <sodium.h>

#include <algorithm>

namespace mycostr::crypto {
namespace {
constexpr std::size_t kPlainSize = AesKey::kSize + SealSecret::kSize;
constexpr std::size_t kTagSize = crypto_aead_xchacha20poly1305_ietf_ABYTES;
}  // namespace

Keystore::~Keystore() {
  sodium_memzero(key_.bytes.data(), key_.bytes.size());
}

Bytes Keystore::wrap(const FileSecrets& secrets, const FileId& file, const WrapNonce& nonce) const {
  std::array<std::uint8_t, kPlainSize> plain;
  std::ranges::copy(secrets.key.bytes, plain.begin());
  std::ranges::copy(secrets.seal.bytes, plain.begin() + AesKey::kSize);
  Bytes out(WrapNonce::kSize + kPlainSize + kTagSize);
  std::ranges::copy(nonce.bytes, out.begin());
  crypto_aead_xchacha20poly1305_ietf_encrypt(out.data() + WrapNonce::kSize, nullptr, plain.data(),
                                             plain.size(), file.bytes.data(), FileId::kSize, nullptr,
                                             nonce.bytes.data(), key_.bytes.data());
  sodium_memzero(plain.data(), plain.size());
  return out;
}

std::optional<FileSecrets> Keystore::unwrap(ByteView wrapped, const FileId& file) const {
  if (wrapped.size() != WrapNonce::kSize + kPlainSize + kTagSize) return std::nullopt;
  std::array<std::uint8_t, kPlainSize> plain;
  const auto sealed = wrapped.subspan(WrapNonce::kSize);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain.data(), nullptr, nullptr, sealed.data(), sealed.size(),
                                                 file.bytes.data(), FileId::kSize, wrapped.data(),
                                                 key_.bytes.data()) != 0) {
    return std::nullopt;
  }
  FileSecrets secrets{*AesKey::from(ByteView(plain).first(AesKey::kSize)),
                      *SealSecret::from(ByteView(plain).subspan(AesKey::kSize))};
  sodium_memzero(plain.data(), plain.size());
  return secrets;
}

}  // namespace mycostr::crypto
