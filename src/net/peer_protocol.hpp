// How calls between nodes stand in HTTP/1.1 (docs/protocol.md). No input or output here.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace mycostr::net {

inline constexpr std::string_view kPeerPrefix = "/peer/1/";
inline constexpr std::size_t kMaxOperation = 64;      // characters
inline constexpr std::size_t kMaxErrorDetail = 1024;  // bytes
inline constexpr std::size_t kMaxPeerHead = 8 << 10;  // bytes

/// What a peer announces before its body: `message_size` bytes of message, then `body_size` raw ones.
struct PeerRequestHead {
  std::string operation;
  std::size_t message_size = 0;  ///< up to kMaxMessageSize
  std::size_t body_size = 0;     ///< up to kMaxChunkSize
};

struct PeerReplyHead {
  std::optional<Errc> error;  ///< then the body is `message_size` bytes of its detail, up to kMaxErrorDetail
  std::size_t message_size = 0;
  std::size_t body_size = 0;
  bool keep_alive = true;
};

/// Words of lower-case letters, digits, '_', '-' and '.', divided by single '/'; up to kMaxOperation
/// characters.
bool is_operation(std::string_view text);

/// The fields of a parsed HTTP request, judged. `message_length` is the field Mycostr-Message-Length. Errors:
/// invalid.
Result<PeerRequestHead> judge_peer_request(std::string_view method, std::string_view target,
                                           std::optional<std::string_view> message_length,
                                           std::optional<std::uint64_t> content_length);
/// The same for a reply; `error` is the field Mycostr-Error. Errors: invalid.
Result<PeerReplyHead> judge_peer_reply(unsigned status, std::optional<std::string_view> error,
                                       std::optional<std::string_view> message_length,
                                       std::optional<std::uint64_t> content_length);

/// Head of a request, complete in `bytes` up to its empty line. Errors: invalid.
Result<PeerRequestHead> parse_peer_request_head(ByteView bytes);
/// Head of a reply, likewise.
Result<PeerReplyHead> parse_peer_reply_head(ByteView bytes);

/// The request's head as it goes out.
std::string peer_request_head(const PeerRequestHead& head);
/// HTTP status for an error's code, for people with a packet trace.
unsigned peer_status(Errc code);

}  // namespace mycostr::net
