// Signs datagrams with the node's Ed25519 key.
#pragma once

#include "crypto/identity.hpp"
#include "wire/datagram.hpp"

namespace mycostr::dht {

/// `identity` outlives it.
class IdentitySigner final : public wire::DatagramSigner {
 public:
  explicit IdentitySigner(const crypto::Identity& identity) : identity_(identity) {}
  const PublicKey& key() const override { return identity_.public_key(); }
  Signature sign(ByteView bytes) override { return identity_.sign(wire::kDatagramPurpose, bytes); }
  bool verify(const PublicKey& key, ByteView bytes, const Signature& signature) override {
    return crypto::verify(key, wire::kDatagramPurpose, bytes, signature);
  }

 private:
  const crypto::Identity& identity_;
};

}  // namespace mycostr::dht
