// HTTP/1.1 heads and chunked bodies over bytes in memory: Beast's parsers behind a small face, so that one
// file alone compiles them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace mycostr::net {

inline constexpr std::size_t kMaxFields = 128;

enum class ParseStep {
  more,  ///< all given bytes looked at, the end not reached
  done,
  malformed,
  too_large  ///< the head is longer than its limit, or has more than kMaxFields
};

/// One request at a time. Views stay good until reset().
class RequestParser {
 public:
  explicit RequestParser(std::size_t head_limit);
  ~RequestParser();
  RequestParser(RequestParser&&) noexcept;
  /// Makes ready for the next request.
  void reset();

  struct HeadProgress {
    std::size_t used = 0;  ///< the rest is to be given again, with more after it
    ParseStep step = ParseStep::more;
  };
  HeadProgress put_head(ByteView in);

  // After `done`:
  std::string_view method() const;
  std::string_view target() const;
  bool is_http_1_0() const;
  bool keep_alive() const;
  bool is_chunked() const;
  std::optional<std::uint64_t> content_length() const;
  std::optional<std::string_view> field(std::string_view name) const;
  /// Joined by ", ".
  std::optional<std::string> list_field(std::string_view name) const;
  std::size_t field_count(std::string_view name) const;

  struct BodyProgress {
    std::size_t used = 0;
    std::size_t made = 0;  ///< bytes of the body now in `out`
    ParseStep step = ParseStep::more;
  };
  /// Takes the framing off a chunked body until `in` is used up, `out` is full or the body ends.
  /// REQUIRES: is_chunked(), out not empty
  BodyProgress put_chunked(ByteView in, MutableBytes out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The head of one response whose body has a Content-Length. Views stay good as long as the parser.
class ResponseParser {
 public:
  explicit ResponseParser(std::size_t head_limit);
  ~ResponseParser();
  RequestParser::HeadProgress put_head(ByteView in);

  // After `done`:
  unsigned status() const;
  bool keep_alive() const;
  std::optional<std::uint64_t> content_length() const;
  std::optional<std::string_view> field(std::string_view name) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mycostr::net
