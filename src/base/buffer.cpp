#include "base/buffer.hpp"

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <new>

namespace mycostr {
namespace {

constexpr std::size_t kPooledSize = 1 << 20;  // nearly all large buffers are full chunks
constexpr std::size_t kMaxIdle = 64;          // 64 MiB kept at most

std::uint8_t* allocate_aligned(std::size_t size) {
  void* memory = std::aligned_alloc(Buffer::kAlignment, size);
  if (memory == nullptr) throw std::bad_alloc();
  return static_cast<std::uint8_t*>(memory);
}

/// Idle full-chunk blocks. Fresh megabytes cost a page fault per 4 KiB; reused ones cost nothing.
class Pool {
 public:
  std::uint8_t* take() {
    {
      std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        auto* memory = idle_.back();
        idle_.pop_back();
        return memory;
      }
    }
    return allocate_aligned(kPooledSize);
  }

  void give_back(std::uint8_t* memory) {
    {
      std::lock_guard lock(mutex_);
      if (idle_.size() < kMaxIdle) {
        idle_.push_back(memory);
        return;
      }
    }
    std::free(memory);
  }

  void release() {
    std::lock_guard lock(mutex_);
    for (auto* memory : idle_) std::free(memory);
    idle_.clear();
  }

 private:
  std::mutex mutex_;
  std::vector<std::uint8_t*> idle_;
};

/// Never destroyed: buffers may outlive every other object.
Pool& pool() {
  static auto* instance = new Pool;
  return *instance;
}

}  // namespace

Buffer Buffer::allocate(std::size_t size) {
  Buffer out;
  out.size_ = size;
  if (size == 0) return out;
  if (out.capacity() == kPooledSize) {
    out.memory_ = {pool().take(), [](std::uint8_t* memory) { pool().give_back(memory); }};
  } else {
    out.memory_ = {allocate_aligned(out.capacity()), [](std::uint8_t* memory) { std::free(memory); }};
  }
  return out;
}

Buffer Buffer::copy_of(ByteView bytes) {
  auto out = allocate(bytes.size());
  std::copy(bytes.begin(), bytes.end(), out.data());
  return out;
}

void release_idle_buffers() {
  pool().release();
}

}  // namespace mycostr
