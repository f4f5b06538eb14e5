// What libFuzzer calls, as bytes of the project. Each target is one file that defines take(); its first line
// names the libraries it is linked to.
#pragma once

#include <cstdlib>

#include "base/bytes.hpp"

namespace mycostr::fuzz {

/// One input. Ends the process where what must hold does not.
void take(ByteView input);

/// Unlike assert, there in every build.
inline void check(bool holds) {
  if (!holds) std::abort();
}

}  // namespace mycostr::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mycostr::fuzz::take({data, size});
  return 0;
}
