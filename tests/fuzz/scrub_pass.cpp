// links: holder
#include "holder/scrub_pass.hpp"

#include "fuzz/entry.hpp"

namespace mycostr::fuzz {

void take(ByteView input) {
  const auto pass = holder::decode_scrub_pass(input);
  if (!pass) return;
  check(!pass->is_running || pass->started);
  check(holder::decode_scrub_pass(as_bytes(holder::encode(*pass))) == pass);
}

}  // namespace mycostr::fuzz
