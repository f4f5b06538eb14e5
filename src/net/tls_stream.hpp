// TLS over TCP.
#pragma once

#include <optional>

#include "base/ids.hpp"
#include "net/block_pool.hpp"
#include "net/stream.hpp"

struct ssl_st;         // OpenSSL's SSL
struct ssl_ctx_st;     // OpenSSL's SSL_CTX
struct bio_method_st;  // OpenSSL's BIO_METHOD

namespace mycostr::net {

/// OpenSSL reads and writes pooled blocks of 16 records, not the socket: one send or receive of the kernel
/// for many records, and no block held while nothing moves. Errors: as Stream, and invalid (the other side
/// breaks TLS).
class TlsStream final : public Stream {
 public:
  enum class Role { client, server };
  /// `context` and `blocks` outlive the stream. `socket` may be unconnected: link().connect() comes first
  /// then.
  TlsStream(TcpSocket socket, ssl_ctx_st* context, Role role, BlockPool& blocks);
  ~TlsStream() override;

  /// Comes before everything else.
  Task<Result<void>> handshake();
  /// The key of the certificate that the other side has shown and holds; nothing where it showed none, or one
  /// of another kind. REQUIRES: handshake() has succeeded
  std::optional<PublicKey> peer_key() const;

  Task<Result<std::size_t>> read_some(MutableBytes out) override;
  Task<Result<void>> write(std::span<const ByteView> pieces) override;
  Task<Result<void>> wait_readable() override;
  Task<Result<void>> shutdown() override;
  bool quiet() override;
  TcpLink& link() override { return link_; }

 private:
  /// What OpenSSL's BIO calls see.
  struct Wire {
    BlockPool& blocks;
    Block in;  // received, not yet read by OpenSSL
    std::size_t in_begin = 0;
    std::size_t in_end = 0;
    Block out;  // made by OpenSSL, not yet sent
    std::size_t out_size = 0;
  };
  struct Bio;
  struct Free {
    void operator()(ssl_st* ssl) const;
  };
  class Plaintext;
  enum class Want { nothing, receive, send };

  Result<Want> want(int result);
  Result<void> encrypt(Plaintext& rest);
  Result<std::size_t> decrypt(MutableBytes out, Want& next);
  Task<Result<void>> receive();
  Task<Result<void>> flush();
  Task<Result<void>> satisfy(Want next);
  void keep_memory(bool is_record_next);
  void release_read_block();

  TcpLink link_;
  Wire wire_;
  std::unique_ptr<ssl_st, Free> ssl_;
  bool keeps_memory_ = false;
  bool ended_ = false;  // the other side said so
};

}  // namespace mycostr::net
