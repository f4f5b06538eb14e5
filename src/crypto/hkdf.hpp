// HKDF-SHA-256 (RFC 5869), over OpenSSL.
#pragma once

#include "base/bytes.hpp"

namespace mycostr::crypto {

/// Fills `out` (up to 255 * 32 bytes; more throws). Any thread.
void hkdf_sha256(ByteView secret, ByteView salt, ByteView info, MutableBytes out);

}  // namespace mycostr::crypto
