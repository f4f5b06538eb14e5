// Bytes that a stream has given and nobody has used yet.
#pragma once

#include "net/block_pool.hpp"
#include "net/stream.hpp"

namespace mycostr::net {

/// One block of a pool at most, held only while there are bytes or while they are read. Loop thread only.
class ReadBuffer {
 public:
  explicit ReadBuffer(BlockPool& blocks) : blocks_(blocks) {}

  ByteView data() const { return {block_.data() + begin_, end_ - begin_}; }
  bool empty() const { return begin_ == end_; }
  /// REQUIRES: count <= data().size()
  void consume(std::size_t count);
  /// Moves what there is, up to the size of `out`; how much it was.
  std::size_t take(MutableBytes out);
  /// Reads once from `stream`: how many bytes came, 0 at its end. Errors: the stream's; invalid where the
  /// block is full.
  Task<Result<std::size_t>> fill(Stream& stream);
  /// Gives the block back, with what is in it.
  void clear();

 private:
  BlockPool& blocks_;
  Block block_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace mycostr::net
