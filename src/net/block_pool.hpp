// Memory for bytes on their way through a socket, held only while there are some.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "base/bytes.hpp"

namespace mycostr::net {

/// Blocks of one size, reused. Loop thread only. Outlives its blocks.
class BlockPool {
 public:
  /// Keeps up to `max_idle` blocks that nobody uses; more go back to the system.
  BlockPool(std::size_t block_size, std::size_t max_idle) : block_size_(block_size), max_idle_(max_idle) {}

  class Block {
   public:
    Block() = default;
    Block(Block&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)), memory_(std::move(other.memory_)) {}
    Block& operator=(Block&& other) noexcept {
      std::swap(pool_, other.pool_);
      std::swap(memory_, other.memory_);
      return *this;
    }
    ~Block() {
      if (memory_) pool_->give_back(std::move(memory_));
    }
    explicit operator bool() const { return memory_ != nullptr; }
    std::uint8_t* data() const { return memory_.get(); }
    std::size_t size() const { return memory_ ? pool_->block_size_ : 0; }

   private:
    friend class BlockPool;
    Block(BlockPool* pool, std::unique_ptr<std::uint8_t[]> memory)
        : pool_(pool), memory_(std::move(memory)) {}
    BlockPool* pool_ = nullptr;
    std::unique_ptr<std::uint8_t[]> memory_;
  };

  /// Bytes are not cleared. Throws std::bad_alloc.
  Block take() {
    if (idle_.empty()) return {this, std::make_unique_for_overwrite<std::uint8_t[]>(block_size_)};
    auto memory = std::move(idle_.back());
    idle_.pop_back();
    return {this, std::move(memory)};
  }

 private:
  void give_back(std::unique_ptr<std::uint8_t[]> memory) {
    if (idle_.size() < max_idle_) idle_.push_back(std::move(memory));
  }

  const std::size_t block_size_;
  const std::size_t max_idle_;
  std::vector<std::unique_ptr<std::uint8_t[]>> idle_;
};

using Block = BlockPool::Block;

/// What all connections of one server or transport share.
struct BlockPools {
  /// Room for 16 TLS records of 16 KiB and what the cipher adds to them.
  BlockPool records{std::size_t{16} * ((16 << 10) + 256), 32};
  /// HTTP heads, chunked bodies, and the beginnings of others.
  BlockPool heads{64 << 10, 64};
};

}  // namespace mycostr::net
