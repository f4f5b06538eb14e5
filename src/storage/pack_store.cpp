#include "storage/pack_store.hpp"

#include <fmt/format.h>

#include <cassert>

#include "async/offload.hpp"
#include "storage/crc32c.hpp"
#include "storage/recovery.hpp"

namespace mycostr::storage {
namespace {

constexpr std::size_t kMaxGroup = 512;
constexpr std::size_t kRemovedAtOnce = 64;     // keys: foreground puts wait for no more
constexpr std::size_t kSmallShard = 64 << 10;  // checksummed faster than handed to another thread

ShardIndex& recovered(ShardIndex& index, PackFiles& files) {
  recover(index, files);
  return index;
}

}  // namespace

class PackStore::Promise final : public Reservation {
 public:
  Promise(ByteCount& reserved, ByteCount size) : reserved_(reserved), size_(size) { reserved_ += size_; }
  ~Promise() override { reserved_ -= size_; }
  Promise(const Promise&) = delete;
  Promise& operator=(const Promise&) = delete;

 private:
  ByteCount& reserved_;
  const ByteCount size_;
};

PackStore::PackStore(Database& database, WorkerPool& pool, PackOptions options)
    : pool_(pool),
      capacity_(options.capacity),
      files_(std::move(options.folder)),
      index_(database),
      reader_(index_, files_),
      packs_(recovered(index_, files_), files_, options.pack_size.value),
      writer_("pack-writer", kMaxGroup, [this](auto group) { packs_.write(group); }),
      maintenance_(pool, index_, files_, writer_, options.compaction) {}

Result<std::unique_ptr<Reservation>> PackStore::reserve(ByteCount size) {
  if (!is_shard_length(size.value))
    return fail(Errc::invalid, fmt::format("no shard is {} bytes long", size.value));
  const ByteCount needed{record_size(size.value)};
  const auto taken = ByteCount{index_.totals().used} + reserved_;
  if (taken + needed > capacity_) return fail(Errc::full, "all the capacity offered is taken");
  return std::make_unique<Promise>(reserved_, needed);
}

Task<Result<void>> PackStore::put(std::unique_ptr<Reservation> reservation, ShardKey key, Buffer data) {
  assert(reservation != nullptr);
  if (!is_shard_length(data.size())) co_return fail(Errc::invalid, "not a shard's length");
  PutJob job{key, std::move(data), 0};
  auto checksum = [&job] { return crc32c(job.data.view()); };
  job.data_crc = job.data.size() <= kSmallShard ? checksum() : co_await async::offload(pool_, checksum);
  auto result = co_await writer_.submit(std::move(job));
  reservation.reset();  // only now: the bytes are counted as used already
  co_return result;
}

Task<Result<Buffer>> PackStore::get(ShardKey key) {
  auto job = [this, &key] { return reader_.read_all(key); };
  co_return co_await async::offload(pool_, job);
}

Task<Result<Buffer>> PackStore::read(ShardKey key, ByteCount offset, ByteCount length) {
  auto job = [this, &key, offset, length] { return reader_.read_part(key, offset.value, length.value); };
  co_return co_await async::offload(pool_, job);
}

Task<Result<ByteCount>> PackStore::size_of(ShardKey key) {
  auto job = [this, &key] { return reader_.locate(key); };
  const auto location = co_await async::offload(pool_, job);
  if (!location) co_return std::unexpected(location.error());
  co_return ByteCount{location->length};
}

Task<Result<std::vector<StoredShard>>> PackStore::list(std::optional<ShardKey> after, std::size_t limit) {
  auto job = [this, &after, limit] { return index_.shards(after, limit); };
  co_return co_await async::offload(pool_, job);
}

Task<Result<void>> PackStore::remove(std::vector<ShardKey> keys) {
  for (std::size_t at = 0; at < keys.size(); at += kRemovedAtOnce) {
    const auto end = std::min(keys.size(), at + kRemovedAtOnce);
    RemoveJob job{
        {keys.begin() + static_cast<std::ptrdiff_t>(at), keys.begin() + static_cast<std::ptrdiff_t>(end)}};
    const auto removed = co_await writer_.submit(std::move(job));
    if (!removed) co_return removed;
  }
  co_return Result<void>();
}

StoreUsage PackStore::usage() const {
  const auto totals = index_.totals();
  return {capacity_, {totals.used}, reserved_, totals.shards, {totals.used - totals.shards * kPageSize}};
}

Task<Result<ByteCount>> PackStore::disk_free() {
  auto job = [this] { return files_.disk_free(); };
  co_return co_await async::offload(pool_, job);
}

}  // namespace mycostr::storage
