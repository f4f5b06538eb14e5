#include <nlohmann/json.hpp>

#include "api/parameters.hpp"

namespace mycostr::api {
namespace {

constexpr std::size_t kMaxDepth = 32;

/// Takes the parser's events (false ends the parsing) and keeps what stands directly in the outermost object:
/// no tree is built of what a stranger sends.
class ObjectReader {
 public:
  using number_integer_t = nlohmann::json::number_integer_t;
  using number_unsigned_t = nlohmann::json::number_unsigned_t;
  using number_float_t = nlohmann::json::number_float_t;
  using string_t = nlohmann::json::string_t;
  using binary_t = nlohmann::json::binary_t;

  bool null() { return take(Unusable()); }
  bool boolean(bool value) { return take(value); }
  bool number_integer(number_integer_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    return take(Integer{value < 0, value < 0 ? 0 - bits : bits});
  }
  bool number_unsigned(number_unsigned_t value) { return take(Integer{false, value}); }
  bool number_float(number_float_t, const string_t&) { return take(Unusable()); }
  bool string(string_t& value) { return take(std::move(value)); }
  bool binary(binary_t&) { return false; }

  bool start_object(std::size_t) {
    if (depth_ > 0 && !take(Unusable())) return false;
    return ++depth_ <= kMaxDepth;
  }
  bool key(string_t& name) {
    if (depth_ == 1) name_ = std::move(name);
    return true;
  }
  bool end_object() {
    --depth_;
    return true;
  }
  bool start_array(std::size_t) {
    if (depth_ == 0) return false;
    if (depth_ == 1) {
      list_.emplace();
      list_is_usable_ = true;
    } else {
      list_is_usable_ = false;
    }
    return ++depth_ <= kMaxDepth;
  }
  bool end_array() {
    if (--depth_ > 1) return true;
    auto list = std::exchange(list_, std::nullopt);
    return list_is_usable_ ? add(std::move(*list)) : add(Unusable());
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) { return false; }

  Parameters& parameters() { return parameters_; }
  std::optional<ApiError>& error() { return error_; }

 private:
  bool take(Value value) {
    if (depth_ == 0) return false;
    if (depth_ == 1) return add(std::move(value));
    auto* text = std::get_if<std::string>(&value);
    if (depth_ == 2 && list_ && text != nullptr) {
      list_->push_back(std::move(*text));
    } else {
      list_is_usable_ = false;
    }
    return true;
  }
  bool add(Value value) {
    if (auto added = parameters_.add(name_, std::move(value)); !added) error_ = std::move(added.error());
    return !error_;
  }

  Parameters parameters_;
  std::optional<ApiError> error_;
  std::size_t depth_ = 0;
  std::string name_;
  std::optional<std::vector<std::string>> list_;  // an option's value that is being read
  bool list_is_usable_ = false;
};

}  // namespace

Outcome<Parameters> parse_json_object(std::string_view text) {
  ObjectReader reader;
  if (nlohmann::json::sax_parse(text.begin(), text.end(), &reader)) return std::move(reader.parameters());
  if (reader.error()) return std::unexpected(std::move(*reader.error()));
  return refuse(Code::invalid_json, "This has to be one JSON object in UTF-8.");
}

}  // namespace mycostr::api
