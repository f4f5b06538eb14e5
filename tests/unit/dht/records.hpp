// Nodes and their records, for the tests of this folder.
#pragma once

#include <gtest/gtest.h>

#include "crypto/identity.hpp"
#include "support/seeded_random.hpp"
#include "wire/node_record.hpp"

namespace mycostr::dht {

inline const std::string kNetwork = "testnet";
inline const WallTime kNow = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);

inline crypto::Identity identity_of(std::uint64_t seed) {
  test::SeededRandom random(seed);
  return crypto::Identity(random.make<crypto::Identity::Seed>());
}

inline wire::NodeRecord record_of(const crypto::Identity& identity, std::uint64_t seq = 1) {
  wire::NodeRecord out;
  out.seq = seq;
  out.public_key = identity.public_key();
  out.endpoints = {{"127.0.0.1", 4081}};
  out.expires = kNow + std::chrono::hours(12);
  out.network_id = kNetwork;
  return out;
}

}  // namespace mycostr::dht
