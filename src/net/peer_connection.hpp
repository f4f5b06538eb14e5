// The caller's side of one connection between nodes.
#pragma once

#include "mycostr/transport.hpp"
#include "net/peer_protocol.hpp"
#include "net/read_buffer.hpp"
#include "net/tls_stream.hpp"

namespace mycostr::net {

/// One call at a time. Loop thread only.
class PeerConnection {
 public:
  /// `blocks`, `context` outlive it.
  PeerConnection(TcpSocket socket, ssl_ctx_st* context, BlockPools& blocks);

  /// TCP and TLS, within the link's limits. Afterwards peer_key() is who answers. Errors: unreachable,
  /// timeout.
  Task<Result<PublicKey>> open(TcpEndpoint to);

  struct Outcome {
    Result<PeerReply> reply;   ///< `from` is not set
    bool reusable = false;     ///< whole answer taken, the peer keeps the connection open
    bool reply_began = false;  ///< at least one byte of an answer came
  };
  /// Sends the call and reads its answer. `call` outlives it. Errors: closed, timeout, invalid (not this
  /// protocol), or what the peer answered.
  Task<Outcome> exchange(const PeerCall& call);

  /// Still open, with nothing unexpected from the other side.
  bool is_fresh() { return stream_.quiet() && buffer_.empty(); }
  TcpLink& link() { return stream_.link(); }

 private:
  Task<Result<bool>> send(const PeerCall& call);
  Task<Result<PeerReplyHead>> read_head(bool& began);
  Task<Result<void>> read(MutableBytes out);
  Task<Result<PeerReply>> read_reply(PeerReplyHead head, bool& whole);

  TlsStream stream_;
  ReadBuffer buffer_;
};

}  // namespace mycostr::net
