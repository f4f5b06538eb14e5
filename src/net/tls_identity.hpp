// Who this program is on TLS connections.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "base/ids.hpp"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace mycostr::net {

struct SslContextFree {
  void operator()(ssl_ctx_st* context) const;
};
using SslContextPtr = std::unique_ptr<ssl_ctx_st, SslContextFree>;

/// A node's identity key as both ends of mutual TLS 1.3 use it: a self-signed certificate made in memory, and
/// the demand that the other side shows one too, with an Ed25519 key. Whose key that is, the caller checks
/// after the handshake (TlsStream::peer_key). No resumption, no tickets. Outlives the streams made with it.
class TlsIdentity {
 public:
  /// `seed`: the Ed25519 private key as RFC 8032 has it. Throws std::runtime_error.
  explicit TlsIdentity(std::span<const std::uint8_t, 32> seed);
  const PublicKey& key() const { return key_; }
  ssl_ctx_st* server() const { return server_.get(); }
  ssl_ctx_st* client() const { return client_.get(); }

 private:
  PublicKey key_;
  SslContextPtr server_;
  SslContextPtr client_;
};

/// The REST API's TLS 1.2 and 1.3: a certificate chain and its key from PEM files, no client certificates.
class ApiTls {
 public:
  /// Throws std::runtime_error with the file's name where one cannot be read or they do not fit together.
  ApiTls(const std::string& certificate_file, const std::string& key_file);
  ssl_ctx_st* server() const { return server_.get(); }

 private:
  SslContextPtr server_;
};

}  // namespace mycostr::net
