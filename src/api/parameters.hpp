// Options of a call, from its query and from JSON objects, read as the types that the call wants.
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "api/problem.hpp"

namespace mycostr::api {

struct Integer {
  bool is_negative = false;
  std::uint64_t magnitude = 0;
};
/// Text out of a query: means what the call expects there.
struct QueryText {
  std::string text;
};
/// JSON that no option takes: null, a fraction, an object, a list of other things than texts.
struct Unusable {};
using Value = std::variant<Unusable, QueryText, bool, Integer, std::string, std::vector<std::string>>;

/// Refusals are invalid_value with the field's name unless another is said. A value; one thread at a time.
class Parameters {
 public:
  /// invalid_value where the name is there already.
  Outcome<void> add(std::string name, Value value);
  Outcome<void> add_all(Parameters other);
  /// unknown_field for any other name.
  Outcome<void> allow_only(std::initializer_list<std::string_view> known) const;
  bool has(std::string_view name) const { return values_.contains(name); }

  /// Query: "true" or "false".
  Outcome<bool> boolean(std::string_view name, bool otherwise) const;
  /// Query: digits, perhaps after '-'. JSON: written without fraction and exponent.
  Outcome<std::optional<Integer>> integer(std::string_view name) const;
  /// An integer in [least, most].
  Outcome<std::uint64_t> number(std::string_view name, std::uint64_t otherwise, std::uint64_t least,
                                std::uint64_t most) const;
  /// UTF-8 without NUL, `max_bytes` at most.
  Outcome<std::optional<std::string>> text(std::string_view name, std::size_t max_bytes) const;
  /// Query: separated by commas; empty text is the empty list.
  Outcome<std::optional<std::vector<std::string>>> list(std::string_view name) const;

 private:
  const Value* find(std::string_view name) const;
  std::map<std::string, Value, std::less<>> values_;
};

/// `query` as in the target, after '?'. Refusals: invalid_value for a name that comes twice and for what is
/// not percent-encoded UTF-8.
Outcome<Parameters> parse_query(std::string_view query);
/// Refusals: invalid_json (not JSON, not an object, not UTF-8, nested deeper than 32), invalid_value for a
/// name that comes twice.
Outcome<Parameters> parse_json_object(std::string_view text);

}  // namespace mycostr::api
