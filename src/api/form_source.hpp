// The file in a multipart form, and the options before it.
#pragma once

#include "api/body.hpp"
#include "api/multipart.hpp"

namespace mycostr::api {

/// What stands in a form before the file's bytes.
struct FormHead {
  std::optional<std::string> options;  ///< JSON
  std::optional<std::string> filename;
  std::optional<std::string> content_type;
};

/// Loop thread only. The end of the file is told only once the whole form has been read and found well
/// formed: a malformed form is never a stored file.
class FormSource final : public UploadSource {
 public:
  FormSource(HttpRequest& request, Clock& clock, Metrics& metrics, std::string_view boundary,
             std::uint64_t max_json_bytes)
      : request_(request),
        clock_(clock),
        metrics_(metrics),
        parser_(boundary),
        max_json_bytes_(max_json_bytes) {}

  /// Reads up to the first byte of the file. Once, before read(). Refusals: missing_file, unknown_field
  /// (another part), invalid_value (a second `options`), body_too_large, invalid_multipart, and those of
  /// body_error().
  Task<Outcome<FormHead>> open();
  /// Problems: as open(), and options_after_file.
  Task<Result<std::size_t>> read(MutableBytes out) override;

 private:
  /// The next step that is not need_input.
  Task<Outcome<MultipartParser::Step>> next();
  Task<Outcome<std::string>> read_options();
  /// From the end of the file to the end of the body.
  Task<Outcome<void>> finish();

  HttpRequest& request_;
  Clock& clock_;
  Metrics& metrics_;
  MultipartParser parser_;
  const std::uint64_t max_json_bytes_;
  ByteView pending_;  // of the file, inside of the parser's memory
  bool file_ended_ = false;
  bool form_ended_ = false;
};

}  // namespace mycostr::api
