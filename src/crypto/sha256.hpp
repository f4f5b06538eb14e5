// SHA-256 (FIPS 180-4), over OpenSSL.
#pragma once

#include <initializer_list>
#include <memory>

#include "base/ids.hpp"

namespace mycostr::crypto {

/// Of the pieces one after the other. Any thread.
Digest sha256(std::initializer_list<ByteView> pieces);
inline Digest sha256(ByteView bytes) {
  return sha256({bytes});
}

/// For what comes in pieces. One thread at a time.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(ByteView bytes);
  /// Ends the digest and begins a new one.
  Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mycostr::crypto
