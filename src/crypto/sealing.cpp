#include "crypto/sealing.hpp"

#include "crypto/hkdf.hpp"

namespace mycostr::crypto {
namespace {

GcmNonce nonce_of(std::uint64_t index) {
  std::string text(4, '\0');
  append_be64(text, index);
  return *GcmNonce::from(as_bytes(text));
}

std::string associated_data(const ChunkPlace& place) {
  std::string text(place.file.text());
  append_be64(text, place.index);
  text += place.is_last ? '\1' : '\0';
  return text;
}

}  // namespace

GcmTag encrypt_chunk(const FileSecrets& secrets, const ChunkPlace& place, MutableBytes data) {
  return gcm_encrypt(secrets.key, nonce_of(place.index), as_bytes(associated_data(place)), data);
}

bool decrypt_chunk(const FileSecrets& secrets, const ChunkPlace& place, MutableBytes data,
                   const GcmTag& tag) {
  return gcm_decrypt(secrets.key, nonce_of(place.index), as_bytes(associated_data(place)), data, tag);
}

void mask_shard(const SealSecret& secret, const ChunkId& chunk, std::uint32_t replica, ByteView in,
                MutableBytes out) {
  std::string info = "mycostr/seal/1";
  append_be32(info, replica);
  AesKey key;
  hkdf_sha256(secret.view(), chunk.view(), as_bytes(info), key.bytes);
  ctr_xor(key, in, out);
}

}  // namespace mycostr::crypto
