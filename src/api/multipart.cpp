#include "api/multipart.hpp"

#include <string.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "api/header_value.hpp"
#include "api/text.hpp"

namespace mycostr::api {
namespace {

constexpr std::size_t kWindow = 256 << 10;
constexpr std::size_t kMaxPreamble = 64 << 10;
constexpr std::size_t kMaxHead = 8 << 10;
constexpr std::size_t kMaxPadding = 256;  // blanks after a boundary

}  // namespace

bool is_form(std::string_view content_type) {
  return equals_ignoring_case(trim(content_type.substr(0, content_type.find(';'))), "multipart/form-data");
}

std::optional<std::string> form_boundary(std::string_view content_type) {
  const auto value = parse_header_value(content_type);
  const auto* boundary = value ? value->find("boundary") : nullptr;
  if (boundary == nullptr || boundary->empty() || boundary->size() > 70 || boundary->back() == ' ') {
    return std::nullopt;
  }
  if (!std::ranges::all_of(*boundary, [](char c) { return c >= 0x20 && c < 0x7F; })) return std::nullopt;
  return *boundary;
}

MultipartParser::MultipartParser(std::string_view boundary)
    : delimiter_("\r\n--" + std::string(boundary)), buffer_(kWindow) {
  // The first boundary may stand at the very beginning: as if a line had ended before it.
  std::memcpy(buffer_.data(), "\r\n", 2);
  end_ = 2;
}

MutableBytes MultipartParser::space() {
  data_ = {};
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  return MutableBytes(buffer_).subspan(end_);
}

Result<MultipartParser::Step> MultipartParser::next() {
  switch (state_) {
    case State::preamble:
      return skip_preamble();
    case State::boundary:
      return read_boundary();
    case State::head:
      return read_head();
    case State::content:
      return read_content();
    case State::end:
      break;
  }
  return Step::end;
}

std::optional<std::size_t> MultipartParser::find_delimiter() const {
  const auto* found = memmem(buffer_.data() + begin_, end_ - begin_, delimiter_.data(), delimiter_.size());
  if (found == nullptr) return std::nullopt;
  return static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - buffer_.data()) - begin_;
}

Result<MultipartParser::Step> MultipartParser::skip_preamble() {
  const auto delimiter = find_delimiter();
  const auto kept = std::min(end_ - begin_, delimiter_.size() - 1);  // may be the beginning of a delimiter
  const auto skipped = delimiter ? *delimiter : end_ - begin_ - kept;
  preamble_ += skipped;
  begin_ += skipped;
  if (preamble_ > kMaxPreamble) return fail(Errc::invalid, "no boundary at the beginning of the form");
  if (!delimiter) return Step::need_input;
  state_ = State::boundary;
  return read_boundary();
}

/// At a delimiter: is it the last one, or does a part follow?
Result<MultipartParser::Step> MultipartParser::read_boundary() {
  if (std::exchange(in_part_, false)) return Step::part_end;
  const auto rest = as_text(window()).substr(delimiter_.size());
  if (rest.starts_with("--")) {
    state_ = State::end;
    begin_ = end_;
    return Step::end;
  }
  const auto padding = std::min(rest.find_first_not_of(" \t"), rest.size());
  if (padding > kMaxPadding) return fail(Errc::invalid, "the line of a boundary is too long");
  const auto line_end = rest.substr(padding, 2);
  if (line_end == "\r\n") {
    begin_ += delimiter_.size() + padding;  // the CRLF stays: an empty line after it is an empty head
    state_ = State::head;
    return read_head();
  }
  const bool may_go_on = line_end.empty() || line_end == "\r" || (padding == 0 && rest == "-");
  if (!may_go_on) return fail(Errc::invalid, "a boundary is followed by other text");
  return Step::need_input;
}

Result<MultipartParser::Step> MultipartParser::read_head() {
  const auto text = as_text(window());
  const auto head_end = text.find("\r\n\r\n");
  if (std::min(head_end, text.size()) > kMaxHead)
    return fail(Errc::invalid, "the head of a part is too long");
  if (head_end == std::string_view::npos) return Step::need_input;
  auto head = parse_part_head(head_end == 0 ? std::string_view() : text.substr(2, head_end - 2));
  if (!head) return std::unexpected(head.error());
  head_ = std::move(*head);
  begin_ += head_end + 4;
  state_ = State::content;
  in_part_ = true;
  return Step::part;
}

Result<MultipartParser::Step> MultipartParser::read_content() {
  const auto delimiter = find_delimiter();
  if (delimiter && *delimiter == 0) {
    state_ = State::boundary;
    return read_boundary();
  }
  const auto size = end_ - begin_;
  const auto held_back = std::min(size, delimiter_.size() - 1);  // may be the beginning of a delimiter
  const auto count = delimiter ? *delimiter : size - held_back;
  if (count == 0) return Step::need_input;
  data_ = window().first(count);
  begin_ += count;
  return Step::data;
}

}  // namespace mycostr::api
