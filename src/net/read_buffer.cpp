#include "net/read_buffer.hpp"

namespace mycostr::net {

void ReadBuffer::clear() {
  block_ = Block();
  begin_ = end_ = 0;
}

void ReadBuffer::consume(std::size_t count) {
  begin_ += count;
  if (begin_ == end_) clear();
}

std::size_t ReadBuffer::take(MutableBytes out) {
  const auto count = std::min(out.size(), end_ - begin_);
  if (count == 0) return 0;
  std::memcpy(out.data(), block_.data() + begin_, count);
  consume(count);
  return count;
}

Task<Result<std::size_t>> ReadBuffer::fill(Stream& stream) {
  if (!block_) block_ = blocks_.take();
  if (begin_ > 0) {
    std::memmove(block_.data(), block_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == block_.size()) co_return fail(Errc::invalid, "too long");
  const auto got = co_await stream.read_some({block_.data() + end_, block_.size() - end_});
  if (got) end_ += *got;
  if (empty()) clear();
  co_return got;
}

}  // namespace mycostr::net
