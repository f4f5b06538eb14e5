// Checksums for signatures, where thousands of nodes speak for hours: what is simulated is the network, not
// Ed25519.
#pragma once

#include <cstring>

#include "wire/datagram.hpp"

namespace mycostr::test {

/// Whoever knows a key can sign for it: forgers in tests use a wrong checksum.
class ChecksumSigner final : public wire::DatagramSigner {
 public:
  explicit ChecksumSigner(PublicKey key) : key_(key) {}
  const PublicKey& key() const override { return key_; }
  Signature sign(ByteView bytes) override { return of(key_, bytes); }
  bool verify(const PublicKey& key, ByteView bytes, const Signature& signature) override {
    return of(key, bytes) == signature;
  }

 private:
  static Signature of(const PublicKey& key, ByteView bytes) {
    const auto sum = std::hash<std::string_view>()(as_text(bytes)) ^ std::hash<PublicKey>()(key);
    Signature out;
    std::memcpy(out.bytes.data(), &sum, sizeof sum);
    return out;
  }
  const PublicKey key_;
};

}  // namespace mycostr::test
