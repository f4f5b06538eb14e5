#include "sim/client.hpp"

#include <algorithm>

#include "async/cancel.hpp"

namespace mycostr::sim {

Task<Result<std::size_t>> Body::read(MutableBytes out) {
  std::size_t filled = 0;
  const auto end = std::min(content_.size(), plan_.breaks_at.value_or(SIZE_MAX));
  while (filled < out.size()) {
    if (plan_.pause.count() > 0) co_await clock_.sleep_for(plan_.pause);
    const auto count = std::min({out.size() - filled, end - sent_, plan_.piece});
    if (count == 0) break;
    std::ranges::copy(content_.subspan(sent_, count), out.begin() + static_cast<std::ptrdiff_t>(filled));
    sent_ += count;
    filled += count;
  }
  if (filled < out.size() && plan_.breaks_at) co_return fail(Errc::closed, "the client went away");
  co_return filled;
}

Task<std::expected<files::FileInfo, files::StoreFailure>> store(SimNode& owner, Clock& clock,
                                                                files::StoreOptions options,
                                                                const Bytes& content, BodyPlan plan) {
  Body body(clock, content, plan);
  co_return co_await owner.engine().store().store(std::move(options), body);
}

Task<Result<Bytes>> read_range(engine::Engine& engine, files::FileInfo file, files::ByteRange range,
                               files::Form form) {
  const auto reader = engine.retrieve().read(file, range, form);
  Bytes out;
  std::exception_ptr thrown;
  std::optional<Error> error;
  try {
    for (;;) {
      const auto piece = co_await reader->next();
      if (!piece) error = piece.error().error;
      if (!piece || !*piece) break;
      const auto bytes = (*piece)->view();
      out.insert(out.end(), bytes.begin(), bytes.end());
    }
  } catch (...) {
    thrown = std::current_exception();
  }
  co_await async::begin_cleanup();
  co_await reader->close();
  co_await async::end_cleanup();
  if (thrown) std::rethrow_exception(thrown);
  if (error) co_return std::unexpected(*error);
  co_return out;
}

Task<Result<Bytes>> read_file(engine::Engine& engine, FileId id) {
  const auto file = co_await engine.catalog().find(id);
  if (!file) co_return std::unexpected(file.error());
  if (!*file) co_return fail(Errc::not_found, "no such file");
  if ((*file)->size == 0) co_return Bytes();
  co_return co_await read_range(engine, **file, {0, (*file)->size}, files::Form::plaintext);
}

Task<Result<std::vector<files::ChunkInfo>>> chunks_of(engine::Engine& engine, FileId id) {
  return engine.catalog().chunks(id, 0, 1000);
}

}  // namespace mycostr::sim
