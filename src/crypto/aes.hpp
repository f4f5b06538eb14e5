// AES-256-GCM (NIST SP 800-38D) and AES-256-CTR, over OpenSSL.
#pragma once

#include <optional>

#include "base/ids.hpp"

namespace mycostr::crypto {

using AesKey = FixedBytes<struct AesKeyTag, 32>;
/// 96 bits; never used twice with one key.
using GcmNonce = FixedBytes<struct GcmNonceTag, 12>;
using GcmTag = FixedBytes<struct GcmTagTag, 16>;

/// In place. Any thread.
GcmTag gcm_encrypt(const AesKey& key, const GcmNonce& nonce, ByteView aad, MutableBytes data);
/// In place; false (and `data` undefined) where tag, key, nonce, aad or data differ from what was encrypted.
[[nodiscard]] bool gcm_decrypt(const AesKey& key, const GcmNonce& nonce, ByteView aad, MutableBytes data,
                               const GcmTag& tag);

/// out = in xor AES-256-CTR(key, counter 0). The key is for this one use. REQUIRES: out.size() == in.size();
/// out may be in.
void ctr_xor(const AesKey& key, ByteView in, MutableBytes out);

}  // namespace mycostr::crypto
