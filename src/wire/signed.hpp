// Signed payloads: the bytes that were signed travel with their signature.
#pragma once

#include "base/error.hpp"
#include "crypto/identity.hpp"

namespace mycostr::wire {

/// What a signature is for; stands in front of what is signed.
inline constexpr std::string_view kRecordPurpose = "mycostr/record/1";
inline constexpr std::string_view kReceiptPurpose = "mycostr/receipt/1";
inline constexpr std::string_view kGrantPurpose = "mycostr/grant/1";

struct SignedPayload {
  Bytes payload;
  Signature signature;
};

Bytes encode_signed(const SignedPayload& signed_payload);
/// Errors: invalid.
Result<SignedPayload> decode_signed(ByteView bytes);

Bytes sign_and_encode(const crypto::Identity& identity, std::string_view purpose, Bytes payload);

}  // namespace mycostr::wire
