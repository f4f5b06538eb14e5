// The owner's master key, under which every file's secrets lie in the catalog.
#pragma once

#include <optional>

#include "crypto/sealing.hpp"

namespace mycostr::crypto {

/// Any thread, const. Wiped from memory at the end of its life.
class Keystore {
 public:
  using MasterKey = FixedBytes<struct MasterKeyTag, 32>;
  using WrapNonce = FixedBytes<struct WrapNonceTag, 24>;

  explicit Keystore(const MasterKey& key) : key_(key) {}
  ~Keystore();
  Keystore(const Keystore&) = delete;
  Keystore& operator=(const Keystore&) = delete;

  /// nonce || XChaCha20-Poly1305(secrets), bound to the file: 104 bytes. `nonce` is random.
  Bytes wrap(const FileSecrets& secrets, const FileId& file, const WrapNonce& nonce) const;
  /// Nothing where the bytes were not wrapped for this file under this key.
  std::optional<FileSecrets> unwrap(ByteView wrapped, const FileId& file) const;

 private:
  MasterKey key_;
};

}  // namespace mycostr::crypto
