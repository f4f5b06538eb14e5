// What a node says of itself, for others to read.
#pragma once

#include "base/bytes.hpp"

namespace mycostr::dht {

/// Gives the own record, signed, as it is now. Loop thread.
class OwnRecord {
 public:
  virtual ~OwnRecord() = default;
  virtual Bytes current() = 0;
  /// Of the current one.
  virtual std::uint64_t seq() = 0;
};

}  // namespace mycostr::dht
