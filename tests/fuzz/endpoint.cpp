// links: base
#include "base/endpoint.hpp"

#include "fuzz/entry.hpp"

namespace mycostr::fuzz {

void take(ByteView input) {
  const auto endpoint = parse_endpoint(as_text(input));
  if (!endpoint) return;
  check(!endpoint->host.empty() && endpoint->host.size() <= 253 && endpoint->port != 0);
  check(parse_endpoint(to_string(*endpoint)) == endpoint);
  (void)is_loopback_host(endpoint->host);
}

}  // namespace mycostr::fuzz
