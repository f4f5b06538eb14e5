#include "agreement/shard_set.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "agreement/clearing.hpp"
#include "crypto/merkle.hpp"
#include "crypto/merkle_batch.hpp"
#include "support/inline_pool.hpp"
#include "support/memory_meta_store.hpp"
#include "support/seeded_random.hpp"
#include "support/virtual_clock.hpp"

namespace mycostr::agreement {
namespace {

class ShardSetTest : public testing::Test {
 protected:
  wire::ShardEntry shard() { return {random_.make<ShardId>(), {4096 * (1 + random_.below(256))}}; }
  std::vector<wire::ShardEntry> shards(std::size_t count) {
    std::vector<wire::ShardEntry> out(count);
    std::ranges::generate(out, [&] { return shard(); });
    return out;
  }

  ShardSet loaded() {
    ShardSet set(store_, pool_, id_);
    EXPECT_TRUE(clock_.run(set.load()));
    return set;
  }

  /// The change as the rows take it, and as a list does.
  void apply(const wire::Delta& delta) {
    auto set = loaded();
    const auto draft = clock_.run(set.prepare(delta));
    ASSERT_TRUE(draft) << to_string(draft.error());
    WriteBatch batch;
    draft->append_to(batch);
    store_.apply(std::move(batch));
    for (const auto& gone : delta.removed) {
      const auto at = std::ranges::find(model_, gone, &wire::ShardEntry::id);
      *at = model_.back();
      model_.pop_back();
    }
    model_.insert(model_.end(), delta.added.begin(), delta.added.end());
    EXPECT_EQ(draft->root, root_of_model());
    EXPECT_EQ(draft->size, model_.size());
  }

  std::vector<Digest> leaves() const {
    std::vector<Digest> out;
    for (const auto& entry : model_) out.push_back(wire::leaf_of(entry));
    return out;
  }
  Digest root_of_model() const { return crypto::merkle_root_of_leaves(leaves()); }

  void expect_like_model() {
    auto set = loaded();
    EXPECT_EQ(set.size(), model_.size());
    EXPECT_EQ(set.root(), root_of_model());
    std::uint64_t bytes = 0;
    std::vector<std::uint64_t> slots;
    for (std::uint64_t i = 0; i < model_.size(); ++i) {
      bytes += model_[i].size.value;
      slots.push_back(i);
      EXPECT_EQ(clock_.run(set.slot_of(model_[i].id)).value(), i);
    }
    EXPECT_EQ(set.bytes().value, bytes);
    EXPECT_EQ(clock_.run(set.entries(slots)).value(), model_);
  }

  boost::asio::io_context loop_;
  test::VirtualClock clock_{loop_};
  test::InlinePool pool_{loop_};
  test::MemoryMetaStore store_;
  test::SeededRandom random_{11};
  const AgreementId id_ = random_.make<AgreementId>();
  std::vector<wire::ShardEntry> model_;
};

TEST_F(ShardSetTest, EmptyWithoutRows) {
  const auto set = loaded();
  EXPECT_EQ(set.size(), 0U);
  EXPECT_EQ(set.root(), crypto::merkle_root_of_leaves({}));
}

TEST_F(ShardSetTest, TakesShardsPageByPage) {
  for (const std::size_t count : {1, 254, 1, 1, 256, 1000, 3}) {
    apply({{}, shards(count)});
    expect_like_model();
  }
}

TEST_F(ShardSetTest, TheLastShardMovesIntoTheGap) {
  apply({{}, shards(600)});
  const auto last = model_.back().id;
  apply({{model_[3].id}, {}});
  auto set = loaded();
  EXPECT_EQ(clock_.run(set.slot_of(last)).value(), 3U);
  expect_like_model();
}

TEST_F(ShardSetTest, StaysRightUnderRandomChanges) {
  for (int round = 0; round < 60; ++round) {
    wire::Delta delta;
    auto order = model_;
    for (auto left = random_.below(400); left > 0 && !order.empty(); --left) {
      const auto at = order.begin() + static_cast<std::ptrdiff_t>(random_.below(order.size()));
      delta.removed.push_back(at->id);
      order.erase(at);
    }
    delta.added = shards(random_.below(400));
    apply(delta);
  }
  expect_like_model();
  while (!model_.empty()) {
    wire::Delta rest;
    for (std::size_t i = 0; i < std::min<std::size_t>(model_.size(), 1000); ++i) {
      rest.removed.push_back(model_[i].id);
    }
    apply(rest);
  }
  EXPECT_TRUE(store_.rows().empty()) << "an empty set leaves rows";
}

TEST_F(ShardSetTest, ReadsOnlyThePagesItTouches) {
  apply({{}, shards(1000)});
  apply({{}, shards(1000)});
  auto set = loaded();
  const auto draft = clock_.run(set.prepare({{model_[5].id}, {}}));
  ASSERT_TRUE(draft);
  // Page 0 and the last one, the roots, the slot of what moved and the one that is gone.
  EXPECT_EQ(draft->rows.changes.size(), 5U);
}

TEST_F(ShardSetTest, RefusesWhatDoesNotFit) {
  apply({{}, shards(3)});
  auto set = loaded();
  EXPECT_EQ(clock_.run(set.prepare({{shard().id}, {}})).error().code, Errc::not_found);
  EXPECT_EQ(clock_.run(set.prepare({{}, {model_[1]}})).error().code, Errc::exists);
  expect_like_model();
}

TEST_F(ShardSetTest, ProvesAnySlots) {
  for (const std::size_t count : {1, 255, 1, 1, 400, 900, 613}) {
    apply({{}, shards(count)});
    auto set = loaded();
    for (int round = 0; round < 10; ++round) {
      std::set<std::uint64_t> chosen;
      for (auto wanted = 1 + random_.below(64); wanted > 0; --wanted)
        chosen.insert(random_.below(set.size()));
      const std::vector<std::uint64_t> slots(chosen.begin(), chosen.end());
      const auto proof = clock_.run(set.prove(slots));
      ASSERT_TRUE(proof) << to_string(proof.error());
      EXPECT_EQ(proof->path, crypto::batch_path(leaves(), slots));
      std::vector<crypto::ProvenLeaf> proven;
      for (std::size_t i = 0; i < slots.size(); ++i) {
        EXPECT_EQ(proof->entries[i], model_[slots[i]]);
        proven.push_back({slots[i], wire::leaf_of(proof->entries[i])});
      }
      EXPECT_EQ(crypto::batch_root(set.size(), proven, proof->path), set.root());
    }
  }
}

TEST_F(ShardSetTest, WhoReadsWhileItChangesIsTold) {
  apply({{}, shards(300)});
  auto before = loaded();
  apply({{model_[0].id}, {}});
  EXPECT_EQ(clock_.run(before.entries({0})).error().code, Errc::conflict);
  EXPECT_EQ(clock_.run(before.prove({299})).error().code, Errc::conflict);
}

TEST_F(ShardSetTest, UnreadableRowsAreCorrupt) {
  apply({{}, shards(300)});
  for (const auto& [key, value] : test::MemoryMetaStore::Rows(store_.rows())) {
    const auto whole = value;
    WriteBatch cut;
    cut.put(key, whole.substr(0, whole.size() - 1));
    store_.apply(std::move(cut));
    ShardSet set(store_, pool_, id_);
    const auto opened = clock_.run(set.load());
    if (key.starts_with("gr/")) {
      EXPECT_EQ(opened.error().code, Errc::corrupt);
    } else if (key.starts_with("gp/")) {
      EXPECT_FALSE(clock_.run(set.entries({0, 299})));
    } else {
      const auto shard_id = *ShardId::from(as_bytes(key).last(ShardId::kSize));
      EXPECT_EQ(clock_.run(set.slot_of(shard_id)).error().code, Errc::corrupt);
    }
    WriteBatch repaired;
    repaired.put(key, whole);
    store_.apply(std::move(repaired));
  }
  expect_like_model();
}

TEST_F(ShardSetTest, IsTakenApartPieceByPiece) {
  apply({{}, shards(700)});
  std::vector<ShardId> seen;
  const OnPage collect = [&](WriteBatch&, const std::vector<wire::ShardEntry>& page) {
    for (const auto& entry : page) seen.push_back(entry.id);
  };
  // As after a crash: the first piece has gone already.
  auto set = loaded();
  const auto last = clock_.run(set.last_page());
  ASSERT_TRUE(last);
  WriteBatch batch;
  set.drop_last_page(*last, batch);
  store_.apply(std::move(batch));
  EXPECT_EQ(loaded().size(), 512U);
  ASSERT_TRUE(clock_.run(clear_shards(store_, pool_, id_, collect)));
  EXPECT_EQ(seen.size(), 512U);
  EXPECT_TRUE(store_.rows().empty());
}

}  // namespace
}  // namespace mycostr::agreement
