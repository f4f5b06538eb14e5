// Bytes as a hostile peer would send them.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "crypto/identity.hpp"
#include "support/seeded_random.hpp"

namespace mycostr::wire {

/// Protobuf by hand, for what the encoders never write.
class RawMessage {
 public:
  RawMessage& number(unsigned field, std::uint64_t value) {
    varint(field << 3);
    varint(value);
    return *this;
  }
  RawMessage& text(unsigned field, std::string_view value) {
    varint(field << 3 | 2);
    varint(value.size());
    bytes_.insert(bytes_.end(), value.begin(), value.end());
    return *this;
  }
  const Bytes& bytes() const { return bytes_; }
  std::string_view view() const { return as_text(bytes_); }

 private:
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<std::uint8_t>(value | 0x80));
    bytes_.push_back(static_cast<std::uint8_t>(value));
  }
  Bytes bytes_;
};

/// Calls `decode` with every truncation of `good`, with one bit flipped at every place, with bytes put in and
/// taken out, and with noise.
template <class Decode>
void for_hostile_variants(const Bytes& good, Decode decode) {
  for (std::size_t size = 0; size < good.size(); ++size)
    decode(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)));
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    auto bytes = good;
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    decode(bytes);
  }
  test::SeededRandom random(good.size());
  for (int i = 0; i < 2000; ++i) {
    auto bytes = good;
    for (auto edits = 1 + random.below(4); edits > 0 && !bytes.empty(); --edits) {
      const auto at = bytes.begin() + static_cast<std::ptrdiff_t>(random.below(bytes.size()));
      if (random.chance(1, 2)) {
        bytes.erase(at);
      } else {
        bytes.insert(at, static_cast<std::uint8_t>(random.below(256)));
      }
    }
    if (bytes != good) decode(bytes);
    decode(random.bytes(random.below(200)));
  }
}

inline crypto::Identity identity_of(std::uint64_t seed) {
  test::SeededRandom random(seed);
  return crypto::Identity(random.make<crypto::Identity::Seed>());
}

}  // namespace mycostr::wire
