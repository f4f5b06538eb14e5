#include "net/system_random.hpp"

#include <openssl/rand.h>

#include <climits>
#include <stdexcept>

namespace mycostr::net {

void SystemRandom::fill(MutableBytes out) {
  while (!out.empty()) {
    const auto count = std::min<std::size_t>(out.size(), INT_MAX);
    if (RAND_bytes(out.data(), static_cast<int>(count)) != 1)
      throw std::runtime_error("no randomness available");
    out = out.subspan(count);
  }
}

}  // namespace mycostr::net
