// links: storage
#include <algorithm>

#include "fuzz/entry.hpp"
#include "storage/index_rows.hpp"

namespace mycostr::fuzz {

/// A page of a pack: its bytes may be a stranger's shard.
void take(ByteView input) {
  Bytes page(storage::kPageSize);
  std::copy_n(input.begin(), std::min(input.size(), page.size()), page.begin());
  if (const auto header = storage::decode_header(page)) {
    Bytes again(storage::kPageSize);
    storage::encode_header(*header, again);
    check(again == page);
  }
  static_cast<void>(storage::decode_pack_page(page));
  static_cast<void>(storage::decode_location(as_text(input)));
  static_cast<void>(storage::decode_pack(as_text(input)));
  static_cast<void>(storage::decode_totals(as_text(input)));
}

}  // namespace mycostr::fuzz
