#include "api/retrieve_plan.hpp"

#include <fmt/core.h>

#include "api/header_value.hpp"
#include "api/range.hpp"

namespace mycostr::api {
namespace {

/// A file never changes, so its id is what identifies its bytes.
std::string etag_of(const files::FileInfo& file, files::Form form) {
  return fmt::format("\"{}{}\"", file_id_text(file.id), form == files::Form::ciphertext ? ".ciphertext" : "");
}

}  // namespace

Outcome<RetrievePlan> plan_retrieve(const files::FileInfo& file, files::Form form, bool is_head,
                                    const RetrieveConditions& conditions) {
  const bool is_plain = form == files::Form::plaintext;
  const auto size = is_plain ? file.size : files::cipher_size(file);
  const auto etag = etag_of(file, form);
  RetrievePlan plan;
  plan.head.fields = {{"ETag", etag}, {"Accept-Ranges", "bytes"}};
  plan.head.content_length = size;
  if (conditions.if_none_match && none_match_names(*conditions.if_none_match, etag)) {
    plan.head.status = 304;
    return plan;
  }
  plan.head.fields.push_back({"Content-Type", is_plain ? file.content_type : "application/octet-stream"});
  plan.head.fields.push_back({"Content-Disposition", attachment_disposition(file.name)});
  if (is_head) return plan;
  plan.range = {0, size};
  if (!conditions.range || (conditions.if_range && !if_range_holds(*conditions.if_range, etag))) return plan;
  const auto choice = choose_range(*conditions.range, size);
  if (std::holds_alternative<Unsatisfiable>(choice)) {
    return std::unexpected(
        ApiError{.code = Code::range_not_satisfiable,
                 .detail = fmt::format("The file has {} bytes; the range begins beyond them.", size),
                 .headers = {{"Content-Range", fmt::format("bytes */{}", size)}}});
  }
  const auto* range = std::get_if<files::ByteRange>(&choice);
  if (range == nullptr) return plan;
  plan.range = *range;
  plan.head.status = 206;
  plan.head.content_length = range->end - range->begin;
  plan.head.fields.push_back(
      {"Content-Range", fmt::format("bytes {}-{}/{}", range->begin, range->end - 1, size)});
  return plan;
}

}  // namespace mycostr::api
