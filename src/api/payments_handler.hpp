// GET /payments, as JSON and as CSV.
#pragma once

#include "api/answer.hpp"
#include "api/context.hpp"
#include "api/file_share.hpp"
#include "api/page.hpp"
#include "api/parameters.hpp"

namespace mycostr::api {

/// Loop thread only. References outlive it.
class PaymentsHandler {
 public:
  explicit PaymentsHandler(ApiContext& context) : context_(context) {}

  Task<Outcome<Answer>> list(Parameters parameters, bool as_csv);

 private:
  /// Where a file is, and since when.
  struct AskedFile {
    files::FileInfo info;
    FilePlaces places;
  };
  using MaybeFile = std::optional<AskedFile>;

  Task<Outcome<MaybeFile>> file_of(Parameters parameters);
  /// Of payments to those who have some of the file, since it is there.
  void limit_to(const AskedFile& file, payment::PaymentFilter& filter) const;
  FileShare share_of(const AskedFile& file, const payment::Payment& payment) const;

  ApiContext& context_;
};

}  // namespace mycostr::api
