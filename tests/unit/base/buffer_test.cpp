#include "base/buffer.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace mycostr {
namespace {

bool is_aligned(const std::uint8_t* memory) {
  return reinterpret_cast<std::uintptr_t>(memory) % Buffer::kAlignment == 0;
}

TEST(Buffer, HoldsNothingWhenEmpty) {
  const Buffer none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.data(), nullptr);
  EXPECT_EQ(none.capacity(), 0U);
  EXPECT_TRUE(none.view().empty());
  EXPECT_EQ(Buffer::allocate(0).data(), nullptr);
}

TEST(Buffer, IsAlignedAndWritableToItsCapacity) {
  for (const std::size_t size :
       {1UL, 4095UL, 4096UL, 4097UL, (1UL << 20) - 1, 1UL << 20, (1UL << 20) + 1, 4UL << 20}) {
    auto buffer = Buffer::allocate(size);
    EXPECT_EQ(buffer.size(), size);
    EXPECT_TRUE(is_aligned(buffer.data())) << size;
    EXPECT_GE(buffer.capacity(), size);
    EXPECT_EQ(buffer.capacity() % Buffer::kAlignment, 0U);
    std::memset(buffer.data(), 0xa5, buffer.capacity());
    EXPECT_EQ(buffer.view().back(), 0xa5);
  }
}

TEST(Buffer, CopiesShareTheBytes) {
  auto first = Buffer::copy_of(as_bytes("shard"));
  const auto second = first;
  first.data()[0] = 'S';
  EXPECT_EQ(as_text(second.view()), "Shard");
}

TEST(Buffer, LeavesNothingWhereItWasMovedFrom) {
  auto first = Buffer::copy_of(as_bytes("shard"));
  auto second = std::move(first);
  EXPECT_TRUE(first.empty());
  EXPECT_EQ(first.data(), nullptr);
  first = std::move(second);
  EXPECT_TRUE(second.empty());
  EXPECT_EQ(as_text(first.view()), "shard");
}

TEST(Buffer, TruncationKeepsTheBytesAndThePooling) {
  auto buffer = Buffer::allocate(1 << 20);
  std::memset(buffer.data(), 7, buffer.size());
  buffer.truncate(100);
  EXPECT_EQ(buffer.view().size(), 100U);
  EXPECT_EQ(buffer.capacity(), 4096U);
  EXPECT_EQ(buffer.view().back(), 7);
}

TEST(BufferPool, HandsFullChunksOutAgain) {
  release_idle_buffers();
  const std::uint8_t* memory = nullptr;
  {
    auto buffer = Buffer::allocate(1 << 20);
    memory = buffer.data();
    buffer.truncate(4096);  // what goes back is the whole block all the same
  }
  EXPECT_EQ(Buffer::allocate((1 << 20) - 10).data(), memory);
}

TEST(BufferPool, DoesNotHandOutWhatIsHeld) {
  std::vector<Buffer> held;
  std::set<const std::uint8_t*> seen;
  for (int i = 0; i < 100; ++i) {
    held.push_back(Buffer::allocate(1 << 20));
    EXPECT_TRUE(seen.insert(held.back().data()).second);
  }
  held.clear();  // more than the pool keeps
  release_idle_buffers();
}

TEST(BufferPool, TakesBuffersBackOnAnyThread) {
  std::vector<Buffer> handed_over(4);
  std::vector<std::thread> threads;
  for (std::uint8_t t = 0; t < 4; ++t) {
    threads.emplace_back([t, &mine = handed_over[t]] {
      for (int i = 0; i < 500; ++i) {
        auto buffer = Buffer::allocate(1 << 20);
        buffer.data()[0] = t;
        std::this_thread::yield();
        EXPECT_EQ(buffer.data()[0], t);  // nobody else holds it
        mine = std::move(buffer);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (std::uint8_t t = 0; t < 4; ++t) EXPECT_EQ(handed_over[t].data()[0], t);
  handed_over.clear();  // on another thread than the one that took them
  release_idle_buffers();
}

}  // namespace
}  // namespace mycostr
