// Identifiers: byte strings of fixed length that cannot be mixed up with one another.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstring>
#include <functional>

#include "base/bytes.hpp"

namespace mycostr {

template <class Tag, std::size_t Size>
struct FixedBytes {
  static constexpr std::size_t kSize = Size;
  std::array<std::uint8_t, Size> bytes{};

  /// Nothing where the length differs.
  static std::optional<FixedBytes> from(ByteView view) {
    if (view.size() != Size) return std::nullopt;
    FixedBytes out;
    std::copy(view.begin(), view.end(), out.bytes.begin());
    return out;
  }
  /// Nothing where the text is not exactly lower-case hex of this length.
  static std::optional<FixedBytes> from_hex(std::string_view text) {
    FixedBytes out;
    if (!mycostr::from_hex(text, out.bytes)) return std::nullopt;
    return out;
  }
  ByteView view() const { return bytes; }
  std::string_view text() const { return as_text(bytes); }
  std::string hex() const { return to_hex(bytes); }
  auto operator<=>(const FixedBytes&) const = default;
};

/// SHA-256("mycostr/id/1" || public key): names a node.
using NodeId = FixedBytes<struct NodeIdTag, 32>;
/// Ed25519 public key of a node.
using PublicKey = FixedBytes<struct PublicKeyTag, 32>;
using Signature = FixedBytes<struct SignatureTag, 64>;
/// SHA-256.
using Digest = FixedBytes<struct DigestTag, 32>;
/// RFC 6962 root of the bytes that a holder keeps of a chunk. A chunk's own id is the id of its shard 0.
using ShardId = FixedBytes<struct ShardIdTag, 32>;
using ChunkId = ShardId;
/// The beginning of the SHA-256 of an agreement's terms.
using AgreementId = FixedBytes<struct AgreementIdTag, 16>;
/// SHA-256 of a Lightning payment's preimage: names the payment.
using PaymentHash = FixedBytes<struct PaymentHashTag, 32>;
/// Whoever knows it has been paid, or has paid.
using Preimage = FixedBytes<struct PreimageTag, 32>;
/// Compressed secp256k1 public key of a Lightning node (BOLT 1).
using LightningKey = FixedBytes<struct LightningKeyTag, 33>;
/// Random and unguessable; base32 in URLs.
using FileId = FixedBytes<struct FileIdTag, 16>;

/// A file's id as users see it: 26 characters.
inline std::string file_id_text(const FileId& id) {
  return to_base32(id.bytes);
}
inline std::optional<FileId> parse_file_id(std::string_view text) {
  FileId id;
  if (!from_base32(text, id.bytes)) return std::nullopt;
  return id;
}

/// For log lines: the first 8 digits.
inline std::string short_hex(ByteView id) {
  return to_hex(id.first(std::min<std::size_t>(id.size(), 4)));
}

}  // namespace mycostr

/// Ids are digests or random, so any eight of their bytes make a good hash.
template <class Tag, std::size_t Size>
struct std::hash<mycostr::FixedBytes<Tag, Size>> {
  std::size_t operator()(const mycostr::FixedBytes<Tag, Size>& id) const noexcept {
    std::size_t out;
    std::memcpy(&out, id.bytes.data() + Size - sizeof out, sizeof out);
    return out;
  }
};
