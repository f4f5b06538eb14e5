// POST /store.
#pragma once

#include "api/answer.hpp"
#include "api/body.hpp"
#include "api/context.hpp"

namespace mycostr::api {

/// Chunks listed in one answer.
inline constexpr std::size_t kMaxListedChunks = 1000;

/// Loop thread only. References outlive it.
class StoreHandler {
 public:
  StoreHandler(ApiContext& context, Metrics& metrics) : context_(context), metrics_(metrics) {}

  /// Reads the body. Refusals: those of the contract; client_gone where the body broke off.
  Task<Outcome<Answer>> handle(HttpRequest& request, std::string_view query);

 private:
  Task<Outcome<Answer>> store_raw(HttpRequest& request, Parameters parameters,
                                  std::optional<std::string> key);
  Task<Outcome<Answer>> store_form(HttpRequest& request, Parameters parameters,
                                   std::optional<std::string> key);
  Task<Outcome<Answer>> store(files::StoreOptions options, UploadSource& source);

  ApiContext& context_;
  Metrics& metrics_;
};

}  // namespace mycostr::api
