// links: wire
#include "wire/messages.hpp"

#include "fuzz/entry.hpp"

namespace mycostr::fuzz {

void take(ByteView input) {
  const auto receipt = wire::decode_receipt(input);
  check(!receipt || receipt->receipt.size.value <= kMaxChunkSize);
}

}  // namespace mycostr::fuzz
