#include "crypto/openssl.hpp"

namespace mycostr::crypto {

const EVP_MD* sha256_md() {
  static const EVP_MD* md = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  require(md != nullptr, "no SHA-256");
  return md;
}

const EVP_CIPHER* aes_256_gcm() {
  static const EVP_CIPHER* cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  require(cipher != nullptr, "no AES-256-GCM");
  return cipher;
}

const EVP_CIPHER* aes_256_ctr() {
  static const EVP_CIPHER* cipher = EVP_CIPHER_fetch(nullptr, "AES-256-CTR", nullptr);
  require(cipher != nullptr, "no AES-256-CTR");
  return cipher;
}

EVP_MD_CTX* thread_md_context() {
  thread_local const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  require(context != nullptr, "no memory");
  return context.get();
}

EVP_CIPHER_CTX* thread_gcm_context() {
  thread_local const Owned<EVP_CIPHER_CTX> context(EVP_CIPHER_CTX_new());
  require(context != nullptr, "no memory");
  return context.get();
}

EVP_CIPHER_CTX* thread_ctr_context() {
  thread_local const Owned<EVP_CIPHER_CTX> context(EVP_CIPHER_CTX_new());
  require(context != nullptr, "no memory");
  return context.get();
}

}  // namespace mycostr::crypto
