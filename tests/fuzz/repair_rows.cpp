// links: repair
#include "repair/rows.hpp"

#include "fuzz/entry.hpp"

namespace mycostr::fuzz {

/// The first byte says where the key ends.
void take(ByteView input) {
  if (input.empty()) return;
  const auto key = std::min<std::size_t>(input.front(), input.size() - 1);
  const KeyValue row{std::string(as_text(input.subspan(1, key))),
                     std::string(as_text(input.subspan(1 + key)))};
  if (const auto holder = repair::decode_holder_row(row)) {
    const auto again = repair::encode(*holder);
    check(again.key == row.key && again.value == row.value);
  }
  if (const auto loss = repair::decode_loss_row(row)) {
    const auto again = repair::encode(*loss);
    check(again.key == row.key && again.value == row.value);
  }
}

}  // namespace mycostr::fuzz
