// Port: calls between nodes, each an authenticated request with one answer. The daemon's: HTTP/1.1 over
// mutual TLS 1.3; the simulator's: messages with latency, loss and partitions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/buffer.hpp"
#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/task.hpp"
#include "base/time.hpp"

namespace mycostr {

/// Who is at the other end, as proven by its key.
struct PeerIdentity {
  NodeId id;
  PublicKey key;
};

/// Whom to call.
struct PeerAddress {
  std::optional<NodeId> id;  ///< nothing: whoever answers (a bootstrap address, whose id is not known yet)
  std::vector<Endpoint> endpoints;  ///< tried in turn
  /// Over a new connection, though one to that node may be open: the endpoints themselves are in question.
  bool dial_anew = false;
};

inline constexpr std::size_t kMaxMessageSize = 1 << 20;

struct PeerCall {
  std::string operation;  ///< lower-case words with '/': "shards/put"; part of the URL
  Bytes message;          ///< protobuf, up to kMaxMessageSize
  Buffer body;            ///< raw shard bytes, or empty; up to kMaxChunkSize
  /// Of the reply's body and its message; where more is announced the call ends with invalid, and no memory
  /// is taken for it.
  std::size_t max_reply_body = 0;
  std::size_t max_reply_message = 64 << 10;  ///< up to kMaxMessageSize
};

struct PeerReply {
  Bytes message;
  Buffer body;
  PeerIdentity from;  ///< set by the transport on the caller's side
};

struct CallLimits {
  Duration connect = std::chrono::seconds(5);    ///< name look-up, TCP and TLS together, per endpoint
  Duration progress = std::chrono::seconds(15);  ///< without a byte moving, while connected
  Duration total = std::chrono::seconds(300);    ///< the whole call
};

/// One request as its receiver sees it.
class PeerRequest {
 public:
  virtual ~PeerRequest() = default;
  virtual const PeerIdentity& from() const = 0;
  virtual const std::string& operation() const = 0;
  virtual const Bytes& message() const = 0;
  /// What the caller announced; 0 without a body, never above kMaxChunkSize.
  virtual std::size_t body_size() const = 0;
  /// The whole body; call it at most once. Refusing a call before this saves the transfer.
  /// Errors: closed, timeout, overloaded (no memory for more bodies now).
  virtual Task<Result<Buffer>> read_body() = 0;
  /// Before an answer's body of so many bytes is made. Errors: overloaded (no memory for more now, or this
  /// peer has its share; it may ask again soon).
  virtual Task<Result<void>> reserve_reply(std::size_t bytes) = 0;
};

/// Loop thread only; called concurrently for concurrent requests.
class PeerHandler {
 public:
  virtual ~PeerHandler() = default;
  /// An error goes back to the caller as its code and detail.
  virtual Task<Result<PeerReply>> handle(PeerRequest& request) = 0;
};

/// Loop thread only.
class Transport {
 public:
  virtual ~Transport() = default;
  /// Errors: unreachable (nothing was sent), wrong_peer, timeout, closed, invalid (an answer that is
  /// none, or a longer body than asked for), and whatever the handler at the other end answered. After
  /// timeout or closed the request may or may not have been carried out. Cancellation: drops the connection.
  virtual Task<Result<PeerReply>> call(PeerAddress to, PeerCall call, CallLimits limits) = 0;
  /// From now on requests of other nodes go to `handler`, which outlives the transport's serving.
  virtual void serve(PeerHandler& handler) = 0;
  /// Open connections to other nodes, both directions.
  virtual std::size_t connection_count() const = 0;
};

}  // namespace mycostr
