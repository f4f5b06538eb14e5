// links: api
#include "api/multipart.hpp"

#include <algorithm>

#include "fuzz/entry.hpp"

namespace mycostr::fuzz {
namespace {

struct Form {
  std::string content;
  std::size_t parts = 0;
  bool ended = false;
  bool malformed = false;
};

/// The form in pieces of `step` bytes.
Form read_form(ByteView input, std::size_t step) {
  using Step = api::MultipartParser::Step;
  api::MultipartParser parser("b");
  Form form;
  while (!form.ended && !form.malformed) {
    const auto next = parser.next();
    if (!next) {
      form.malformed = true;
    } else if (*next == Step::need_input) {
      const auto space = parser.space();
      check(!space.empty());
      const auto count = std::min({step, space.size(), input.size()});
      if (count == 0) return form;
      std::copy_n(input.begin(), count, space.begin());
      parser.filled(count);
      input = input.subspan(count);
    } else if (*next == Step::data) {
      form.content += as_text(parser.data());
    } else if (*next == Step::part) {
      ++form.parts;
    } else if (*next == Step::end) {
      form.ended = true;
    }
  }
  return form;
}

}  // namespace

/// However it comes in, a form says the same.
void take(ByteView input) {
  if (input.empty()) return;
  const auto whole = read_form(input.subspan(1), input.size());
  const auto split = read_form(input.subspan(1), 1 + input[0] % 97U);
  check(whole.ended == split.ended && whole.malformed == split.malformed && whole.parts == split.parts);
  if (whole.ended) check(whole.content == split.content);
}

}  // namespace mycostr::fuzz
