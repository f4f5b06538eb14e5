// A holder's machine: its disk, its time, its key.
#pragma once

#include <gtest/gtest.h>

#include "crypto/identity.hpp"
#include "crypto/merkle.hpp"
#include "support/inline_pool.hpp"
#include "support/memory_meta_store.hpp"
#include "support/sim_chunk_store.hpp"
#include "support/started.hpp"
#include "support/virtual_clock.hpp"

namespace mycostr::holder {

inline crypto::Identity identity_of(std::uint64_t seed) {
  test::SeededRandom random(seed);
  return crypto::Identity(random.make<crypto::Identity::Seed>());
}

inline NodeId owner(std::uint8_t n) {
  NodeId id;
  id.bytes.fill(n);
  return id;
}

class Machine : public testing::Test {
 protected:
  Machine() {
    power_.on();
    chunks_.set_capacity(1_GiB);
  }

  /// A shard of its own bytes, on the disk.
  ShardKey put(const NodeId& of, std::size_t size = kLeafSize) {
    const auto bytes = random_.bytes(size);
    const ShardKey key{of, ShardId{crypto::merkle_root(bytes).bytes}};
    put(key, bytes);
    return key;
  }
  void put(const ShardKey& key, ByteView bytes) {
    auto room = chunks_.reserve({bytes.size()});
    EXPECT_TRUE(clock_.run(chunks_.put(std::move(*room), key, Buffer::copy_of(bytes))));
  }
  bool has_row(std::string_view kind, const ShardKey& key) const {
    return meta_.rows().contains(std::string(kind) + std::string(key.owner.text()) +
                                 std::string(key.shard.text()));
  }
  void add_row(std::string_view kind, const ShardKey& key, std::string value) {
    WriteBatch batch;
    batch.put(std::string(kind) + std::string(key.owner.text()) + std::string(key.shard.text()),
              std::move(value));
    meta_.apply(std::move(batch));
  }

  boost::asio::io_context loop_;
  test::VirtualClock clock_{loop_};
  test::InlinePool pool_{loop_};
  test::Power power_;
  test::Trace trace_;
  test::SeededRandom random_{1};
  test::MemoryMetaStore meta_;
  test::SimChunkStore chunks_{clock_, power_, trace_, 1, 1_GiB};
};

}  // namespace mycostr::holder
