#include "crypto/hkdf.hpp"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include "crypto/openssl.hpp"

namespace mycostr::crypto {
namespace {

EVP_KDF_CTX* thread_context() {
  static const Owned<EVP_KDF> kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
  require(kdf != nullptr, "no HKDF");
  thread_local const Owned<EVP_KDF_CTX> context(EVP_KDF_CTX_new(kdf.get()));
  require(context != nullptr, "no memory");
  EVP_KDF_CTX_reset(context.get());
  return context.get();
}

OSSL_PARAM octets(const char* name, ByteView bytes) {
  return OSSL_PARAM_construct_octet_string(name, const_cast<std::uint8_t*>(bytes.data()), bytes.size());
}

}  // namespace

void hkdf_sha256(ByteView secret, ByteView salt, ByteView info, MutableBytes out) {
  char digest[] = "SHA256";
  // OpenSSL takes no null pointers, not even for nothing.
  constexpr std::uint8_t kNothing[1] = {};
  const auto given = [&](ByteView bytes) { return bytes.empty() ? ByteView(kNothing, 0) : bytes; };
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
                                   octets(OSSL_KDF_PARAM_KEY, given(secret)),
                                   octets(OSSL_KDF_PARAM_SALT, given(salt)),
                                   octets(OSSL_KDF_PARAM_INFO, given(info)), OSSL_PARAM_construct_end()};
  require(EVP_KDF_derive(thread_context(), out.data(), out.size(), parameters) == 1, "HKDF failed");
}

}  // namespace mycostr::crypto
