// links: wire
#include "wire/messages.hpp"

#include "fuzz/entry.hpp"

namespace mycostr::fuzz {

void take(ByteView input) {
  const auto hello = wire::decode_hello(input);
  if (!hello) return;
  const auto again = wire::decode_hello(wire::encode(*hello));
  check(again && again->record == hello->record);
}

}  // namespace mycostr::fuzz
