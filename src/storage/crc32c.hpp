// CRC-32C (Castagnoli): tells a record that was wholly written from one that was not.
#pragma once

#include "base/bytes.hpp"

namespace mycostr::storage {

std::uint32_t crc32c(ByteView bytes);

}  // namespace mycostr::storage
