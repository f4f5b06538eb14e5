#include "storage/crc32c.hpp"

#include <isa-l/crc.h>

namespace mycostr::storage {

std::uint32_t crc32c(ByteView bytes) {
  // ISA-L leaves the inversions to the caller, and takes an int: shards and pages are far below 2 GiB.
  auto* data = const_cast<std::uint8_t*>(bytes.data());
  return ~crc32_iscsi(data, static_cast<int>(bytes.size()), ~0U);
}

}  // namespace mycostr::storage
