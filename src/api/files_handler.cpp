#include "api/files_handler.hpp"

#include "api/page.hpp"
#include "api/render.hpp"
#include "api/store_handler.hpp"
#include "api/store_options.hpp"
#include "base/log.hpp"

namespace mycostr::api {
namespace {

std::unexpected<ApiError> no_such_file() {
  return refuse(Code::file_not_found, "There is no such file here.");
}

}  // namespace

Task<Outcome<Answer>> FilesHandler::list(Parameters parameters) {
  if (auto known = parameters.allow_only({"limit", "cursor", "prefix", "order"}); !known) {
    co_return std::unexpected(known.error());
  }
  const auto page = read_page(parameters);
  if (!page) co_return std::unexpected(page.error());
  auto prefix = parameters.text("prefix", kMaxName);
  if (!prefix) co_return std::unexpected(prefix.error());
  const auto list = co_await context_.catalog.list(
      {prefix->value_or(""), page->cursor.value_or(""), page->limit, page->descending});
  if (!list && list.error().code == Errc::invalid) co_return no_such_cursor();
  if (!list) co_return std::unexpected(storage_failed("listing files", list.error()));
  co_return Answer{200, file_list_json(*list), {}};
}

Task<Outcome<Answer>> FilesHandler::show(std::string id, Parameters parameters) {
  if (auto known = parameters.allow_only({"offset", "limit"}); !known)
    co_return std::unexpected(known.error());
  const auto offset = parameters.number("offset", 0, 0, UINT64_MAX);
  if (!offset) co_return std::unexpected(offset.error());
  const auto limit = parameters.number("limit", kMaxListedChunks, 1, kMaxListedChunks);
  if (!limit) co_return std::unexpected(limit.error());
  const auto file_id = parse_file_id(id);
  if (!file_id) co_return no_such_file();
  const auto file = co_await context_.catalog.find(*file_id);
  if (!file) co_return std::unexpected(storage_failed("looking for a file", file.error()));
  if (!*file) co_return no_such_file();
  Result<std::vector<files::ChunkInfo>> chunks;
  if (*offset < (*file)->chunk_count) {
    chunks = co_await context_.catalog.chunks(*file_id, *offset, static_cast<std::size_t>(*limit));
    if (!chunks) co_return std::unexpected(storage_failed("reading a file's chunks", chunks.error()));
  }
  const auto health = co_await files::health_of(context_.files, context_.catalog, **file);
  if (!health) co_return std::unexpected(storage_failed("looking after a file's chunks", health.error()));
  const bool is_truncated = *offset < (*file)->chunk_count && (*file)->chunk_count - *offset > chunks->size();
  co_return Answer{200, file_json(**file, *chunks, is_truncated, *health), {}};
}

Task<Outcome<Answer>> FilesHandler::erase(std::string id, Parameters parameters) {
  if (auto known = parameters.allow_only({}); !known) co_return std::unexpected(known.error());
  const auto file_id = parse_file_id(id);
  if (!file_id) co_return no_such_file();
  const auto erased = co_await context_.cleaner.erase(*file_id);
  if (!erased && erased.error().code == Errc::not_found) co_return no_such_file();
  if (!erased) co_return std::unexpected(storage_failed("deleting a file", erased.error()));
  log(LogLevel::info, "api", "deleted file={}", id);
  co_return Answer{204, "", {}};
}

}  // namespace mycostr::api
