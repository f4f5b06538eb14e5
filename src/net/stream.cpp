#include "net/stream.hpp"

namespace mycostr::net {

Task<Result<void>> read_exactly(Stream& stream, MutableBytes out) {
  while (!out.empty()) {
    const auto got = co_await stream.read_some(out);
    if (!got) co_return std::unexpected(got.error());
    if (*got == 0) co_return fail(Errc::closed, "connection ended in the middle");
    out = out.subspan(*got);
  }
  co_return Result<void>();
}

Task<Result<void>> TcpStream::shutdown() {
  link_.shutdown_send();
  co_return Result<void>();
}

}  // namespace mycostr::net
