// multipart/form-data (RFC 7578) as it streams in: memory goes in, parts come out. No I/O.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace mycostr::api {

/// The boundary of a Content-Type of multipart/form-data; nothing where there is none or it cannot be one
/// (1 to 70 printable ASCII characters, RFC 2046).
std::optional<std::string> form_boundary(std::string_view content_type);
bool is_form(std::string_view content_type);

struct PartHead {
  std::string name;
  std::optional<std::string> filename;  ///< any bytes
  std::optional<std::string> content_type;
};

/// Limits: 64 KiB before the first boundary, 8 KiB for the head of a part. One thread at a time.
class MultipartParser {
 public:
  enum class Step {
    need_input,  ///< fill space() and say so by filled()
    part,        ///< head() is the next part's
    data,        ///< data() is a piece of its content, until the next call of space()
    part_end,
    end  ///< the last boundary has been seen; from here on the input is none of the form's
  };

  /// REQUIRES: `boundary` comes from form_boundary().
  explicit MultipartParser(std::string_view boundary);

  MutableBytes space();
  void filled(std::size_t count) { end_ += count; }
  /// Errors: invalid; then the parser is of no more use.
  Result<Step> next();

  const PartHead& head() const { return head_; }
  ByteView data() const { return data_; }

 private:
  enum class State { preamble, boundary, head, content, end };

  ByteView window() const { return ByteView(buffer_).subspan(begin_, end_ - begin_); }
  /// Where the next boundary line begins in the window; nothing where there is none yet.
  std::optional<std::size_t> find_delimiter() const;
  Result<Step> skip_preamble();
  Result<Step> read_boundary();
  Result<Step> read_head();
  Result<Step> read_content();

  const std::string delimiter_;  // CRLF, "--", boundary
  Bytes buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  State state_ = State::preamble;
  bool in_part_ = false;
  std::size_t preamble_ = 0;
  PartHead head_;
  ByteView data_;
};

/// The head of one part, lines ended by CRLF. Errors: invalid.
Result<PartHead> parse_part_head(std::string_view text);

}  // namespace mycostr::api
