#include "net/tls_identity.hpp"

#include "net/openssl.hpp"

namespace mycostr::net {
namespace {

constexpr long kMaxCertificate = 8 << 10;  // bytes of a peer's certificates; ours have about 300
constexpr const char* kCiphers = "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256";

SslContextPtr make_context(const SSL_METHOD* method, int lowest_version) {
  SslContextPtr context(SSL_CTX_new(method));
  openssl_check(context != nullptr, "TLS context");
  auto* raw = context.get();
  openssl_check(SSL_CTX_set_min_proto_version(raw, lowest_version) == 1, "TLS version");
  openssl_check(SSL_CTX_set_ciphersuites(raw, kCiphers) == 1, "TLS ciphers");
  SSL_CTX_set_options(raw, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
                               SSL_OP_NO_COMPRESSION);
  openssl_check(SSL_CTX_set_num_tickets(raw, 0) == 1, "TLS tickets");
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(
      raw, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  return context;
}

CertificatePtr make_certificate(EVP_PKEY* key) {
  CertificatePtr certificate(X509_new());
  openssl_check(certificate != nullptr, "certificate");
  auto* raw = certificate.get();
  X509_set_version(raw, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(raw), 1);
  // A node's key has no end and its clock may be wrong: RFC 5280's "no expiry".
  openssl_check(ASN1_TIME_set_string(X509_getm_notBefore(raw), "20000101000000Z") == 1, "notBefore");
  openssl_check(ASN1_TIME_set_string(X509_getm_notAfter(raw), "99991231235959Z") == 1, "notAfter");
  X509_set_pubkey(raw, key);
  auto* name = X509_get_subject_name(raw);
  const auto* text = reinterpret_cast<const unsigned char*>("mycostr node");
  openssl_check(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0) == 1, "subject");
  openssl_check(X509_set_issuer_name(raw, name) == 1, "issuer");
  openssl_check(X509_sign(raw, key, nullptr) > 0, "signing the certificate");
  return certificate;
}

/// Instead of a chain of trust: the certificate's key is Ed25519 and has signed the certificate. That the
/// peer holds the key is TLS's own proof, and whose it is the caller's question.
int accept_self_signed(X509_STORE_CTX* store, void*) {
  X509* certificate = X509_STORE_CTX_get0_cert(store);
  EVP_PKEY* key = certificate == nullptr ? nullptr : X509_get0_pubkey(certificate);
  const bool good =
      key != nullptr && EVP_PKEY_get_id(key) == EVP_PKEY_ED25519 && X509_verify(certificate, key) == 1;
  ERR_clear_error();
  if (!good) X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
  return good ? 1 : 0;
}

SslContextPtr make_node_context(const SSL_METHOD* method, EVP_PKEY* key, X509* certificate) {
  auto context = make_context(method, TLS1_3_VERSION);
  auto* raw = context.get();
  openssl_check(SSL_CTX_use_certificate(raw, certificate) == 1, "own certificate");
  openssl_check(SSL_CTX_use_PrivateKey(raw, key) == 1, "own key");
  openssl_check(SSL_CTX_set1_sigalgs_list(raw, "ed25519") == 1, "signature algorithms");
  openssl_check(SSL_CTX_set1_client_sigalgs_list(raw, "ed25519") == 1, "signature algorithms");
  openssl_check(SSL_CTX_set1_groups_list(raw, "X25519") == 1, "key exchange groups");
  SSL_CTX_set_verify(raw, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(raw, accept_self_signed, nullptr);
  SSL_CTX_set_max_cert_list(raw, kMaxCertificate);
  return context;
}

}  // namespace

void SslContextFree::operator()(ssl_ctx_st* context) const {
  SSL_CTX_free(context);
}

TlsIdentity::TlsIdentity(std::span<const std::uint8_t, 32> seed) {
  const KeyPtr key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
  openssl_check(key != nullptr, "identity key");
  auto length = key_.bytes.size();
  openssl_check(EVP_PKEY_get_raw_public_key(key.get(), key_.bytes.data(), &length) == 1, "public key");
  const auto certificate = make_certificate(key.get());
  server_ = make_node_context(TLS_server_method(), key.get(), certificate.get());
  client_ = make_node_context(TLS_client_method(), key.get(), certificate.get());
}

ApiTls::ApiTls(const std::string& certificate_file, const std::string& key_file)
    : server_(make_context(TLS_server_method(), TLS1_2_VERSION)) {
  const auto require = [](int result, const std::string& file) {
    if (result != 1) throw std::runtime_error(file + ": " + openssl_reason());
  };
  require(SSL_CTX_use_certificate_chain_file(server_.get(), certificate_file.c_str()), certificate_file);
  require(SSL_CTX_use_PrivateKey_file(server_.get(), key_file.c_str(), SSL_FILETYPE_PEM), key_file);
  require(SSL_CTX_check_private_key(server_.get()), key_file);
}

}  // namespace mycostr::net
