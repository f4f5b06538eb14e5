// Large aligned memory for chunks and shards, counted and shared without copies.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "base/bytes.hpp"

namespace mycostr {

/// A shared piece of 4 KiB-aligned memory with a size up to its capacity, fit for direct I/O. Copies of a
/// Buffer share the bytes; whoever writes must be the only one to hold it. The memory goes back to a
/// process-wide pool when the last copy goes, on whatever thread. An empty Buffer holds nothing.
class Buffer {
 public:
  static constexpr std::size_t kAlignment = 4096;

  Buffer() = default;
  Buffer(const Buffer&) = default;
  Buffer& operator=(const Buffer&) = default;
  /// Leaves `other` empty.
  Buffer(Buffer&& other) noexcept : memory_(std::move(other.memory_)), size_(std::exchange(other.size_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    memory_ = std::move(other.memory_);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }
  ~Buffer() = default;
  /// Bytes are not cleared. Capacity is `size` rounded up to 4 KiB. Throws std::bad_alloc.
  static Buffer allocate(std::size_t size);
  static Buffer copy_of(ByteView bytes);

  std::uint8_t* data() { return memory_.get(); }
  const std::uint8_t* data() const { return memory_.get(); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::size_t capacity() const { return (size_ + kAlignment - 1) / kAlignment * kAlignment; }
  /// REQUIRES: size <= size() now; the capacity shrinks with it, to its next multiple of 4 KiB.
  void truncate(std::size_t size) { size_ = size; }

  /// The same memory up to its capacity: what follows size() is undefined.
  Buffer padded() const {
    auto out = *this;
    out.size_ = capacity();
    return out;
  }

  ByteView view() const { return {memory_.get(), size_}; }
  MutableBytes mutable_view() { return {memory_.get(), size_}; }

 private:
  std::shared_ptr<std::uint8_t> memory_;
  std::size_t size_ = 0;
};

/// Gives the pool's idle memory back to the system.
void release_idle_buffers();

}  // namespace mycostr
