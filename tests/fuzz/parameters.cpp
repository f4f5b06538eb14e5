// links: api
#include "api/parameters.hpp"

#include "api/header_value.hpp"
#include "api/list_place.hpp"
#include "api/range.hpp"
#include "api/text.hpp"
#include "api/time_text.hpp"
#include "fuzz/entry.hpp"

namespace mycostr::fuzz {

/// What stands in a target, a JSON body and the fields that a client chooses.
void take(ByteView input) {
  const auto text = as_text(input);
  if (const auto query = api::parse_query(text)) static_cast<void>(query->list("geographic"));
  if (const auto body = api::parse_json_object(text))
    static_cast<void>(body->number("timeout", 30, 1, 86400));
  const auto choice = api::choose_range(text, 1000);
  if (const auto* range = std::get_if<files::ByteRange>(&choice)) {
    check(range->begin < range->end && range->end <= 1000);
  }
  if (const auto time = api::parse_rfc3339(text)) check(api::parse_rfc3339(to_rfc3339(*time)) == time);
  if (const auto place = api::ListPlace<NodeId>::parse(text)) {
    check(api::ListPlace<NodeId>::parse(place->text()) == place);
  }
  static_cast<void>(api::none_match_names(text, "\"tag\""));
  if (api::is_utf8(text)) check(api::percent_decode(api::percent_encode(text), false) == text);
}

}  // namespace mycostr::fuzz
