#include "dht/value_store.hpp"

#include <map>

#include "dht/distance.hpp"
#include "unit/dht/parts.hpp"

namespace mycostr::dht {
namespace {

using namespace std::chrono_literals;

Bytes pointer_of(const crypto::Identity& owner, std::uint64_t seq, Duration life = 1h) {
  wire::OwnerPointer pointer;
  pointer.owner_key = owner.public_key();
  pointer.seq = seq;
  pointer.expires = kNow + std::chrono::duration_cast<std::chrono::milliseconds>(life);
  pointer.endpoints = {{"192.0.2.1", 4081}};
  return wire::encode_owner_pointer(pointer, owner);
}

class ValueStoreTest : public testing::Test {
 protected:
  NodeId self_ = identity_of(1000).id();
  ValueStore store_{self_, true};
  crypto::Identity owner_ = identity_of(1);
  std::uint32_t last_place_ = 1000;
  /// From one place or, where everybody is to have room, another each time.
  std::optional<wire::Refusal> put_from(std::uint32_t place, const Bytes& value) {
    return store_.put(value, subnet_of(address_of(place).ip), kNow);
  }
  std::optional<wire::Refusal> put(const Bytes& value) { return put_from(++last_place_, value); }
  /// Seeds of identities, the closest to the store's node first.
  std::vector<std::uint64_t> owners_by_distance(std::size_t count) {
    std::map<NodeId, std::uint64_t, CloserTo> seeds(CloserTo{self_});
    for (std::uint64_t i = 0; i < count; ++i) seeds[identity_of(2000 + i).id()] = 2000 + i;
    std::vector<std::uint64_t> out;
    for (const auto& [id, seed] : seeds) out.push_back(seed);
    return out;
  }
};

TEST_F(ValueStoreTest, KeepsWhatItsOwnerSigned) {
  const auto value = pointer_of(owner_, 1);
  EXPECT_FALSE(put(value));
  ASSERT_NE(store_.find(owner_.id(), kNow), nullptr);
  EXPECT_EQ(*store_.find(owner_.id(), kNow), value);
  EXPECT_EQ(store_.find(identity_of(2).id(), kNow), nullptr);
}

TEST_F(ValueStoreTest, RefusesWhatIsNoPointer) {
  EXPECT_EQ(put({}), wire::Refusal::invalid);
  EXPECT_EQ(put(Bytes(900, 7)), wire::Refusal::invalid);
  auto forged = pointer_of(owner_, 1);
  forged.back() ^= 1;
  EXPECT_EQ(put(forged), wire::Refusal::invalid);
  EXPECT_EQ(store_.size(), 0U);
}

TEST_F(ValueStoreTest, TakesTheNewestOnly) {
  const auto older = pointer_of(owner_, 5);
  const auto newer = pointer_of(owner_, 6, 2h);
  EXPECT_FALSE(put(older));
  EXPECT_FALSE(put(newer));
  EXPECT_EQ(put(older), wire::Refusal::outdated);
  EXPECT_EQ(*store_.find(owner_.id(), kNow), newer);
  EXPECT_FALSE(put(newer)) << "published again";
  EXPECT_EQ(store_.size(), 1U);
}

TEST_F(ValueStoreTest, RefusesWhatHasExpiredOrLivesTooLong) {
  EXPECT_EQ(put(pointer_of(owner_, 1, 0s)), wire::Refusal::outdated);
  EXPECT_EQ(put(pointer_of(owner_, 1, -1h)), wire::Refusal::outdated);
  EXPECT_EQ(put(pointer_of(owner_, 1, 24h + 10min + 1ms)), wire::Refusal::outdated);
  EXPECT_FALSE(put(pointer_of(owner_, 1, 24h + 10min)));
}

TEST_F(ValueStoreTest, ForgetsWhatExpires) {
  put(pointer_of(owner_, 1));
  EXPECT_NE(store_.find(owner_.id(), kNow + 1h - 1ms), nullptr);
  EXPECT_EQ(store_.find(owner_.id(), kNow + 1h), nullptr);
  store_.drop_expired(kNow + 1h - 1ms);
  EXPECT_EQ(store_.size(), 1U);
  store_.drop_expired(kNow + 1h);
  EXPECT_EQ(store_.size(), 0U);
}

TEST_F(ValueStoreTest, IsBounded) {
  const auto owners = owners_by_distance(kMaxValues + 1);
  const auto farthest = identity_of(owners.back());
  for (std::size_t i = 0; i < kMaxValues; ++i) ASSERT_FALSE(put(pointer_of(identity_of(owners[i]), 1)));
  EXPECT_EQ(put(pointer_of(farthest, 1, 3h)), wire::Refusal::full);
  EXPECT_FALSE(put(pointer_of(identity_of(owners[kMaxValues - 1]), 2))) << "who has a place keeps it";
  EXPECT_EQ(store_.size(), kMaxValues);
  EXPECT_FALSE(store_.put(pointer_of(farthest, 1, 3h), {}, kNow + 1h)) << "what has expired makes room";
  EXPECT_EQ(store_.size(), 1U);
}

TEST_F(ValueStoreTest, WhenFullTheFarthestGivesWayToACloserOne) {
  const auto owners = owners_by_distance(kMaxValues + 2);
  for (std::size_t i = 2; i < owners.size(); ++i) ASSERT_FALSE(put(pointer_of(identity_of(owners[i]), 1)));
  for (std::size_t i : {1, 0}) {
    EXPECT_FALSE(put(pointer_of(identity_of(owners[i]), 1)));
    EXPECT_NE(store_.find(identity_of(owners[i]).id(), kNow), nullptr);
    EXPECT_EQ(store_.size(), kMaxValues);
  }
  for (std::size_t i = kMaxValues; i < owners.size(); ++i) {
    EXPECT_EQ(store_.find(identity_of(owners[i]).id(), kNow), nullptr);
    EXPECT_EQ(put(pointer_of(identity_of(owners[i]), 2)), wire::Refusal::full);
  }
  EXPECT_NE(store_.find(identity_of(owners[kMaxValues - 1]).id(), kNow), nullptr);
  EXPECT_EQ(put(Bytes(900, 7)), wire::Refusal::invalid);
  EXPECT_EQ(store_.size(), kMaxValues) << "what is refused pushes nobody out";
}

TEST_F(ValueStoreTest, OnePlaceTakesNoMoreThanItsShare) {
  const auto owners = owners_by_distance(kMaxValuesPerSubnet + 3);
  const auto value_of = [&](std::size_t i) { return pointer_of(identity_of(owners[i]), 1); };
  const auto is_kept = [&](std::size_t i) {
    return store_.find(identity_of(owners[i]).id(), kNow) != nullptr;
  };
  // Somebody's, farther away than all of the flood.
  EXPECT_FALSE(put_from(1, value_of(owners.size() - 1)));
  for (std::size_t i = 1; i <= kMaxValuesPerSubnet; ++i) EXPECT_FALSE(put_from(2, value_of(i)));
  EXPECT_EQ(put_from(2, value_of(kMaxValuesPerSubnet + 1)), wire::Refusal::full);
  EXPECT_FALSE(put_from(2, value_of(0))) << "a closer one, in the place of its own farthest";
  EXPECT_FALSE(is_kept(kMaxValuesPerSubnet));
  EXPECT_TRUE(is_kept(owners.size() - 1)) << "who is elsewhere loses nothing";
  // What one place has found here and puts again is none of its own.
  EXPECT_FALSE(put_from(2, value_of(owners.size() - 1)));
  for (std::uint64_t seed = 5000; seed < 5200; ++seed) put_from(2, pointer_of(identity_of(seed), 1));
  EXPECT_TRUE(is_kept(owners.size() - 1));
}

}  // namespace
}  // namespace mycostr::dht
