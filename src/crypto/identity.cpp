#include "crypto/identity.hpp"

#include <sodium.h>

#include "crypto/sha256.hpp"

namespace mycostr::crypto {
namespace {

Bytes with_purpose(std::string_view purpose, ByteView message) {
  Bytes out(purpose.begin(), purpose.end());
  out.push_back(0);
  out.insert(out.end(), message.begin(), message.end());
  return out;
}

}  // namespace

NodeId node_id_of(const PublicKey& key) {
  return NodeId{sha256({as_bytes("mycostr/id/1"), key.view()}).bytes};
}

bool verify_plain(const PublicKey& key, ByteView message, const Signature& signature) {
  return crypto_sign_verify_detached(signature.bytes.data(), message.data(), message.size(),
                                     key.bytes.data()) == 0;
}

bool verify(const PublicKey& key, std::string_view purpose, ByteView message, const Signature& signature) {
  return verify_plain(key, with_purpose(purpose, message), signature);
}

Identity::Identity(const Seed& seed) : seed_(seed) {
  crypto_sign_seed_keypair(public_key_.bytes.data(), secret_key_.data(), seed_.bytes.data());
  id_ = node_id_of(public_key_);
}

Identity::~Identity() {
  sodium_memzero(secret_key_.data(), secret_key_.size());
  sodium_memzero(seed_.bytes.data(), seed_.bytes.size());
}

Signature Identity::sign(std::string_view purpose, ByteView message) const {
  Signature out;
  const auto text = with_purpose(purpose, message);
  crypto_sign_detached(out.bytes.data(), nullptr, text.data(), text.size(), secret_key_.data());
  return out;
}

}  // namespace mycostr::crypto
