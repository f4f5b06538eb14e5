// Inside of crypto only: owners for OpenSSL's objects, and algorithms fetched once (a fetch costs more than a
// small digest).
#pragma once

#include <openssl/evp.h>
#include <openssl/kdf.h>

#include <memory>
#include <stdexcept>

namespace mycostr::crypto {

struct Release {
  void operator()(EVP_MD_CTX* p) const { EVP_MD_CTX_free(p); }
  void operator()(EVP_CIPHER_CTX* p) const { EVP_CIPHER_CTX_free(p); }
  void operator()(EVP_KDF_CTX* p) const { EVP_KDF_CTX_free(p); }
  void operator()(EVP_KDF* p) const { EVP_KDF_free(p); }
};
template <class T>
using Owned = std::unique_ptr<T, Release>;

/// OpenSSL fails in these places only when memory or its installation is broken.
inline void require(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("OpenSSL: ") + what);
}

/// Live to the end of the process.
const EVP_MD* sha256_md();
const EVP_CIPHER* aes_256_gcm();
const EVP_CIPHER* aes_256_ctr();

/// Contexts of this thread, reused from call to call.
EVP_MD_CTX* thread_md_context();
EVP_CIPHER_CTX* thread_gcm_context();
EVP_CIPHER_CTX* thread_ctr_context();

}  // namespace mycostr::crypto
