// One byte stream for HTTP to stand on, whatever carries it.
#pragma once

#include <span>

#include "net/tcp_link.hpp"

namespace mycostr::net {

/// Loop thread only; one operation at a time. Errors and cancellation as TcpLink; after a failed write, or a
/// failed read other than timeout, only link().close() is left. Limits in time are the link's.
class Stream {
 public:
  virtual ~Stream() = default;
  /// At least one byte; 0 at the orderly end. REQUIRES: out is not empty
  virtual Task<Result<std::size_t>> read_some(MutableBytes out) = 0;
  /// All bytes of all pieces, which stay as they are until it returns. Small pieces travel together.
  virtual Task<Result<void>> write(std::span<const ByteView> pieces) = 0;
  /// Returns once read_some has something to look at; holds no memory meanwhile.
  virtual Task<Result<void>> wait_readable() = 0;
  /// Tells the other side in an orderly way that no more is sent.
  virtual Task<Result<void>> shutdown() = 0;
  /// Nothing to read has arrived, not even the end.
  virtual bool quiet() = 0;
  virtual TcpLink& link() = 0;
};

/// Fills `out`. Errors: closed where the stream ends before.
Task<Result<void>> read_exactly(Stream& stream, MutableBytes out);

/// The plain one.
class TcpStream final : public Stream {
 public:
  explicit TcpStream(TcpSocket socket) : link_(std::move(socket)) {}
  Task<Result<std::size_t>> read_some(MutableBytes out) override { return link_.receive(out); }
  Task<Result<void>> write(std::span<const ByteView> pieces) override { return link_.send(pieces); }
  Task<Result<void>> wait_readable() override { return link_.wait_readable(); }
  Task<Result<void>> shutdown() override;
  bool quiet() override { return link_.quiet(); }
  TcpLink& link() override { return link_; }

 private:
  TcpLink link_;
};

}  // namespace mycostr::net
