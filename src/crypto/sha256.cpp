#include "crypto/sha256.hpp"

#include "crypto/openssl.hpp"

namespace mycostr::crypto {

Digest sha256(std::initializer_list<ByteView> pieces) {
  auto* context = thread_md_context();
  Digest out;
  bool done = EVP_DigestInit_ex2(context, sha256_md(), nullptr) == 1;
  for (const auto piece : pieces) done = done && EVP_DigestUpdate(context, piece.data(), piece.size()) == 1;
  done = done && EVP_DigestFinal_ex(context, out.bytes.data(), nullptr) == 1;
  require(done, "SHA-256 failed");
  return out;
}

struct Sha256::State {
  Owned<EVP_MD_CTX> context{EVP_MD_CTX_new()};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  require(state_->context && EVP_DigestInit_ex2(state_->context.get(), sha256_md(), nullptr) == 1, "SHA-256");
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(ByteView bytes) {
  require(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1, "SHA-256 update");
}

Digest Sha256::finish() {
  Digest out;
  require(EVP_DigestFinal_ex(state_->context.get(), out.bytes.data(), nullptr) == 1 &&
              EVP_DigestInit_ex2(state_->context.get(), sha256_md(), nullptr) == 1,
          "SHA-256 final");
  return out;
}

}  // namespace mycostr::crypto
