// links: wire
#include "wire/node_record.hpp"

#include "fuzz/entry.hpp"

namespace mycostr::fuzz {

void take(ByteView input) {
  const auto checked = wire::decode_record(input);
  const auto trusted = wire::decode_trusted_record(input);
  check(!checked || trusted.has_value());
  if (!trusted) return;
  check(input.size() <= wire::kMaxRecordSize && trusted->endpoints.size() <= wire::kMaxEndpoints);
  check(trusted->free <= trusted->capacity);
  for (const auto& endpoint : trusted->endpoints) check(parse_endpoint(to_string(endpoint)) == endpoint);
}

}  // namespace mycostr::fuzz
