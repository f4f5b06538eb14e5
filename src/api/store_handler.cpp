#include "api/store_handler.hpp"

#include "api/form_source.hpp"
#include "api/render.hpp"
#include "api/store_options.hpp"
#include "base/log.hpp"

namespace mycostr::api {
namespace {

ApiError store_error(files::StoreFailure failure) {
  switch (failure.error.code) {
    case Errc::not_enough:
      return {.code = Code::not_enough_nodes,
              .detail = "Too few nodes can keep this file: " + failure.error.detail +
                        ". Lower the redundancy, widen the area, or wait for more nodes.",
              .shortage = NodeShortage{failure.needed, failure.available, std::move(failure.excluded)}};
    case Errc::conflict:
      return {.code = Code::idempotency_conflict,
              .detail = "This Idempotency-Key was used for other content or options; use a new one."};
    case Errc::overloaded:
      return overloaded("This node is busy: " + failure.error.detail + ".");
    default:
      return storage_failed("storing a file", failure.error);
  }
}

}  // namespace

Task<Outcome<Answer>> StoreHandler::handle(HttpRequest& request, std::string_view query) {
  auto parameters = parse_query(query);
  if (!parameters) co_return std::unexpected(parameters.error());
  auto key = read_idempotency_key(request);
  if (!key) co_return std::unexpected(key.error());
  const auto content_type = request.field("Content-Type").value_or("");
  if (is_form(content_type)) co_return co_await store_form(request, std::move(*parameters), std::move(*key));
  co_return co_await store_raw(request, std::move(*parameters), std::move(*key));
}

Task<Outcome<Answer>> StoreHandler::store_raw(HttpRequest& request, Parameters parameters,
                                              std::optional<std::string> key) {
  UploadDefaults defaults;
  const auto content_type = request.field("Content-Type");
  if (content_type && !content_type->empty()) defaults.content_type = std::string(*content_type);
  auto options = read_store_options(parameters, defaults);
  if (!options) co_return std::unexpected(options.error());
  options->idempotency_key = std::move(key);
  // Before the body, so that a client that waits for "100 Continue" need not send it. Not where the answer
  // may be another: an empty file needs no holders, a repeated upload has its result already.
  if (!options->idempotency_key && request.content_length().value_or(0) > 0) {
    if (auto failure = context_.store.refuse_early(*options)) {
      co_return std::unexpected(store_error(std::move(*failure)));
    }
  }
  RawSource source(request, context_.clock, metrics_);
  co_return co_await store(std::move(*options), source);
}

Task<Outcome<Answer>> StoreHandler::store_form(HttpRequest& request, Parameters parameters,
                                               std::optional<std::string> key) {
  // What is wrong in the query is known before the form is read.
  if (auto checked = read_store_options(parameters, {}); !checked) co_return std::unexpected(checked.error());
  const auto boundary = form_boundary(*request.field("Content-Type"));
  if (!boundary)
    co_return refuse(Code::invalid_multipart, "The Content-Type names no boundary that can be one.");
  FormSource source(request, context_.clock, metrics_, *boundary, context_.settings.max_json_bytes);
  auto head = co_await source.open();
  if (!head) co_return std::unexpected(head.error());
  if (head->options) {
    auto more = parse_json_object(*head->options);
    if (!more) co_return std::unexpected(more.error());
    if (auto added = parameters.add_all(std::move(*more)); !added) co_return std::unexpected(added.error());
  }
  if (head->content_type && head->content_type->empty()) head->content_type.reset();
  auto options = read_store_options(parameters, {std::move(head->filename), std::move(head->content_type)});
  if (!options) co_return std::unexpected(options.error());
  options->idempotency_key = std::move(key);
  co_return co_await store(std::move(*options), source);
}

Task<Outcome<Answer>> StoreHandler::store(files::StoreOptions options, UploadSource& source) {
  auto stored = co_await context_.store.store(std::move(options), source);
  if (!stored && source.problem()) co_return std::unexpected(*source.problem());
  if (!stored) co_return std::unexpected(store_error(std::move(stored.error())));
  const auto chunks = co_await context_.catalog.chunks(stored->id, 0, kMaxListedChunks);
  if (!chunks) co_return std::unexpected(storage_failed("reading a stored file's chunks", chunks.error()));
  ++metrics_.stores;
  const auto id = file_id_text(stored->id);
  log(LogLevel::info, "api", "stored file={} bytes={} chunks={} redundancy={}", id, stored->size,
      stored->chunk_count, stored->redundancy);
  const bool is_truncated = stored->chunk_count > chunks->size();
  co_return Answer{
      201, file_json(*stored, *chunks, is_truncated, std::nullopt), {{"Location", "/retrieve/" + id}}};
}

}  // namespace mycostr::api
