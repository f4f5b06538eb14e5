#include "api/form_source.hpp"

#include <algorithm>

namespace mycostr::api {
namespace {

using Step = MultipartParser::Step;

constexpr std::uint64_t kMaxEpilogue = 64 << 10;

std::unexpected<ApiError> bad_form(std::string detail) {
  return refuse(Code::invalid_multipart, std::move(detail));
}

}  // namespace

Task<Outcome<Step>> FormSource::next() {
  for (;;) {
    const auto step = parser_.next();
    if (!step) co_return bad_form("The form is malformed: " + step.error().detail + ".");
    if (*step != Step::need_input) co_return *step;
    const auto got = co_await request_.read_body(parser_.space());
    if (!got) co_return std::unexpected(body_error(got.error()));
    if (*got == 0) co_return bad_form("The form ends without its last boundary.");
    metrics_.count_in(clock_.now(), *got);
    parser_.filled(*got);
  }
}

Task<Outcome<FormHead>> FormSource::open() {
  FormHead out;
  for (;;) {
    const auto step = co_await next();
    if (!step) co_return std::unexpected(step.error());
    if (*step == Step::end) co_return refuse(Code::missing_file, "The form has no part named \"file\".");
    if (*step == Step::part_end) continue;
    const auto& head = parser_.head();
    if (head.name == "file") {
      out.filename = head.filename;
      out.content_type = head.content_type;
      co_return out;
    }
    if (head.name != "options") {
      co_return refuse_field(Code::unknown_field, head.name.empty() ? "(part without a name)" : head.name,
                             "A form has the parts: options, file.");
    }
    if (out.options) co_return refuse_field(Code::invalid_value, "options", "The form has this part twice.");
    auto options = co_await read_options();
    if (!options) co_return std::unexpected(options.error());
    out.options = std::move(*options);
  }
}

Task<Outcome<std::string>> FormSource::read_options() {
  std::string out;
  for (;;) {
    const auto step = co_await next();
    if (!step) co_return std::unexpected(step.error());
    if (*step == Step::part_end) co_return out;
    out += as_text(parser_.data());
    if (out.size() > max_json_bytes_) co_return refuse(Code::body_too_large, "The options are too long.");
  }
}

Task<Result<std::size_t>> FormSource::read(MutableBytes out) {
  std::size_t filled = 0;
  while (filled < out.size() && !file_ended_) {
    if (pending_.empty()) {
      const auto step = co_await next();
      if (!step) co_return fail_with(step.error());
      if (*step == Step::data) pending_ = parser_.data();
      file_ended_ = *step == Step::part_end;
      continue;
    }
    const auto count = std::min(pending_.size(), out.size() - filled);
    std::copy_n(pending_.data(), count, out.data() + filled);
    pending_ = pending_.subspan(count);
    filled += count;
  }
  if (filled == out.size() || form_ended_) co_return filled;
  // Giving less than asked for tells the end of the file as well as giving nothing does.
  if (auto ended = co_await finish(); !ended) co_return fail_with(std::move(ended.error()));
  form_ended_ = true;
  co_return filled;
}

Task<Outcome<void>> FormSource::finish() {
  const auto step = co_await next();
  if (!step) co_return std::unexpected(step.error());
  if (*step != Step::end) {
    const auto& name = parser_.head().name;
    if (name == "options")
      co_return refuse(Code::options_after_file, "The part options has to come before the file.");
    if (name == "file") co_return refuse_field(Code::invalid_value, name, "A form holds one file.");
    co_return refuse_field(Code::unknown_field, name.empty() ? "(part without a name)" : name,
                           "A form has the parts: options, file.");
  }
  for (std::uint64_t epilogue = 0; epilogue <= kMaxEpilogue;) {
    const auto got = co_await request_.read_body(parser_.space());
    if (!got) co_return std::unexpected(body_error(got.error()));
    if (*got == 0) co_return Outcome<void>();
    epilogue += *got;
  }
  co_return bad_form("The form goes on after its last boundary.");
}

}  // namespace mycostr::api
