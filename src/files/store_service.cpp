#include "files/store_service.hpp"

#include <fmt/core.h>

#include "async/offload.hpp"
#include "base/log.hpp"
#include "files/candidates.hpp"
#include "files/upload.hpp"

namespace mycostr::files {
namespace {

/// What else must be the same for a repeated upload to be the same.
Digest options_hash(const StoreOptions& options) {
  std::string text = fmt::format("{}\n{}\n{}\n", options.redundancy, options.name.size(), options.name);
  text += options.content_type + "\n";
  for (const auto& area : options.areas) text += fmt::format("{},", placement::area_text(area));
  return crypto::sha256(as_bytes(text));
}

Task<Result<Digest>> hash_of(WorkerPool& pool, ByteSource& source) {
  crypto::Sha256 hash;
  auto buffer = Buffer::allocate(kDefaultChunkSize);
  for (;;) {
    const auto got = co_await source.read(buffer.mutable_view());
    if (!got) co_return std::unexpected(got.error());
    if (*got == 0) co_return hash.finish();
    co_await async::offload(pool, [&] { hash.update(buffer.view().first(*got)); });
  }
}

std::unexpected<StoreFailure> failed(Error error) {
  return std::unexpected(StoreFailure{std::move(error)});
}

}  // namespace

Task<std::expected<FileInfo, StoreFailure>> StoreService::store(StoreOptions options, ByteSource& source) {
  if (options.idempotency_key) co_return co_await store_once(options, source);
  co_return co_await store_new(options, source, std::nullopt);
}

Task<StoreService::Outcome> StoreService::store_new(const StoreOptions& options, ByteSource& source,
                                                    std::optional<Digest> key_hash) {
  Upload upload(context_, catalog_, options, source);
  if (auto sent = co_await upload.run(); !sent) co_return std::unexpected(std::move(sent.error()));
  auto file = upload.file();
  std::optional<IdempotencyEntry> entry;
  if (key_hash) {
    file.idempotency_key_hash.assign(key_hash->bytes.begin(), key_hash->bytes.end());
    entry = {file.id, upload.content_hash(), options_hash(options)};
  }
  const auto done = co_await catalog_.commit_upload(file, upload.take_unsaved(), entry);
  if (!done) {
    co_await upload.abandon();
    co_return failed(done.error());
  }
  log(LogLevel::info, "store", "stored file={} size={} chunks={} copies={}", file_id_text(file.id), file.size,
      file.chunk_count, file.redundancy);
  co_return file;
}

Task<StoreService::Outcome> StoreService::store_once(const StoreOptions& options, ByteSource& source) {
  const auto key_hash = crypto::sha256(as_bytes(*options.idempotency_key));
  auto gate = keys_in_use_[key_hash];
  if (!gate) gate = keys_in_use_[key_hash] = std::make_shared<async::Budget>(1);
  struct Forget {
    std::map<Digest, std::shared_ptr<async::Budget>>& keys;
    const Digest key;
    ~Forget() {
      const auto at = keys.find(key);
      // The map's own, and this caller's.
      if (at != keys.end() && at->second.use_count() <= 2) keys.erase(at);
    }
  } forget{keys_in_use_, key_hash};
  const auto turn = co_await gate->take(1);
  const auto entry = co_await catalog_.find_idempotency(key_hash);
  if (!entry) co_return failed(entry.error());
  if (*entry) {
    auto file = co_await catalog_.find((*entry)->file);
    if (!file) co_return failed(file.error());
    if (*file) co_return co_await repeat(options, source, **entry, std::move(**file));
  }
  co_return co_await store_new(options, source, key_hash);
}

Task<StoreService::Outcome> StoreService::repeat(const StoreOptions& options, ByteSource& source,
                                                 const IdempotencyEntry& entry, FileInfo file) {
  if (options_hash(options) != entry.options) {
    co_return failed({Errc::conflict, "the idempotency key was used with other options"});
  }
  const auto content = co_await hash_of(context_.crypto_pool, source);
  if (!content) co_return failed(content.error());
  if (*content != entry.content)
    co_return failed({Errc::conflict, "the idempotency key was used with other content"});
  co_return file;
}

std::optional<StoreFailure> StoreService::refuse_early(const StoreOptions& options) const {
  const placement::Eligible eligible(candidates(context_), request_for(context_, options.areas),
                                     context_.settings.placement);
  if (eligible.available() >= options.redundancy) return std::nullopt;
  return StoreFailure{{Errc::not_enough, "too few holders can take the file"},
                      options.redundancy,
                      eligible.available(),
                      eligible.explain({options.redundancy, {}, {}})};
}

}  // namespace mycostr::files
