// A ChunkStore that counts what is read of it.
#pragma once

#include "mycostr/chunk_store.hpp"

namespace mycostr::audit {

class Reads final : public ChunkStore {
 public:
  explicit Reads(ChunkStore& store) : store_(store) {}

  std::uint64_t bytes = 0;  ///< by read()
  std::size_t whole = 0;    ///< shards by get()
  std::size_t at_once = 0;  ///< the most reads at the same time
  bool is_broken = false;   ///< the disk: all reads end with io

  Result<std::unique_ptr<Reservation>> reserve(ByteCount size) override { return store_.reserve(size); }
  Task<Result<void>> put(std::unique_ptr<Reservation> reservation, ShardKey key, Buffer data) override {
    return store_.put(std::move(reservation), key, std::move(data));
  }
  Task<Result<Buffer>> get(ShardKey key) override {
    ++whole;
    if (is_broken) co_return fail(Errc::io, "the disk is broken");
    co_return co_await store_.get(key);
  }
  Task<Result<Buffer>> read(ShardKey key, ByteCount offset, ByteCount length) override {
    bytes += length.value;
    if (is_broken) co_return fail(Errc::io, "the disk is broken");
    at_once = std::max(at_once, ++reading_);
    auto out = co_await store_.read(key, offset, length);
    --reading_;
    co_return out;
  }
  Task<Result<ByteCount>> size_of(ShardKey key) override { return store_.size_of(key); }
  Task<Result<std::vector<StoredShard>>> list(std::optional<ShardKey> after, std::size_t limit) override {
    return store_.list(after, limit);
  }
  Task<Result<void>> remove(std::vector<ShardKey> keys) override { return store_.remove(std::move(keys)); }
  StoreUsage usage() const override { return store_.usage(); }
  Task<Result<ByteCount>> disk_free() override { return store_.disk_free(); }
  void set_capacity(ByteCount capacity) override { store_.set_capacity(capacity); }

 private:
  ChunkStore& store_;
  std::size_t reading_ = 0;
};

}  // namespace mycostr::audit
