// links: agreement
#include "agreement/set_editing.hpp"
#include "fuzz/entry.hpp"

namespace mycostr::fuzz {

void take(ByteView input) {
  const auto text = as_text(input);
  if (const auto page = agreement::decode_page(text)) {
    check(page->size() <= agreement::kSlotsPerPage);
    check(agreement::encode(*page) == text);
  }
  // The id is that of the terms, which are in the row.
  if (input.size() < AgreementId::kSize) return;
  const auto id = *AgreementId::from(input.first(AgreementId::kSize));
  if (const auto agreement = agreement::decode_row(id, text.substr(AgreementId::kSize))) {
    check(agreement::decode_row(id, agreement::encode_row(*agreement))->revision == agreement->revision);
  }
}

}  // namespace mycostr::fuzz
