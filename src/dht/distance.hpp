// Kademlia's metric: the distance of two ids is their exclusive or, read as a number (Maymounkov and
// Mazieres, 2002).
#pragma once

#include <bit>
#include <cstring>

#include "base/ids.hpp"

namespace mycostr::dht {

/// Eight bytes of an id as a number, inline: ids are compared in every inner loop.
inline std::uint64_t word_of(const NodeId& id, std::size_t at) {
  std::uint64_t word = 0;
  std::memcpy(&word, id.bytes.data() + at, sizeof word);
  return std::endian::native == std::endian::little ? std::byteswap(word) : word;
}

/// Whether `a` is strictly closer to `target` than `b` is.
inline bool is_closer(const NodeId& target, const NodeId& a, const NodeId& b) {
  for (std::size_t at = 0; at < NodeId::kSize; at += 8) {
    const auto t = word_of(target, at);
    const auto da = word_of(a, at) ^ t;
    const auto db = word_of(b, at) ^ t;
    if (da != db) return da < db;
  }
  return false;
}

/// For std::sort and its like.
struct CloserTo {
  const NodeId& target;
  bool operator()(const NodeId& a, const NodeId& b) const { return is_closer(target, a, b); }
};

/// How many leading bits two ids share: 0 to 256.
inline std::size_t common_prefix(const NodeId& a, const NodeId& b) {
  for (std::size_t at = 0; at < NodeId::kSize; at += 8) {
    const auto d = word_of(a, at) ^ word_of(b, at);
    if (d != 0) return at * 8 + static_cast<std::size_t>(std::countl_zero(d));
  }
  return NodeId::kSize * 8;
}

/// An id that shares exactly `bits` leading bits with `id`; the others are those of `noise`.
/// REQUIRES: bits < 256
inline NodeId with_common_prefix(const NodeId& id, std::size_t bits, NodeId noise) {
  const auto whole = bits / 8;
  std::copy_n(id.bytes.begin(), whole, noise.bytes.begin());
  const auto mask = static_cast<std::uint8_t>(0xff00 >> (bits % 8));
  const auto flip = static_cast<std::uint8_t>(0x80 >> (bits % 8));
  auto& edge = noise.bytes[whole];
  edge = static_cast<std::uint8_t>((id.bytes[whole] & mask) | (edge & ~mask));
  edge = static_cast<std::uint8_t>((edge & ~flip) | (~id.bytes[whole] & flip));
  return noise;
}

}  // namespace mycostr::dht
