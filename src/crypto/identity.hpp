// A node's Ed25519 key (RFC 8032), over libsodium.
#pragma once

#include <array>

#include "base/ids.hpp"

namespace mycostr::crypto {

/// SHA-256("mycostr/id/1" || public key)
NodeId node_id_of(const PublicKey& key);

/// Any thread. `purpose` keeps signatures of one kind from passing as another: what is signed is purpose ||
/// 0x00 || message. REQUIRES: purpose holds no zero byte.
[[nodiscard]] bool verify(const PublicKey& key, std::string_view purpose, ByteView message,
                          const Signature& signature);

/// Of the message alone, as RFC 8032 says; for vectors and foreign formats.
[[nodiscard]] bool verify_plain(const PublicKey& key, ByteView message, const Signature& signature);

/// The private key. Wiped from memory at the end of its life. Any thread, const.
class Identity {
 public:
  using Seed = FixedBytes<struct SeedTag, 32>;

  explicit Identity(const Seed& seed);
  ~Identity();
  Identity(const Identity&) = delete;
  Identity& operator=(const Identity&) = delete;

  const PublicKey& public_key() const { return public_key_; }
  const NodeId& id() const { return id_; }
  const Seed& seed() const { return seed_; }
  Signature sign(std::string_view purpose, ByteView message) const;

 private:
  Seed seed_;
  std::array<std::uint8_t, 64> secret_key_{};
  PublicKey public_key_;
  NodeId id_;
};

}  // namespace mycostr::crypto
