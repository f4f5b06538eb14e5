#include "storage/rocks_meta_store.hpp"

#include <algorithm>

#include "async/offload.hpp"

namespace mycostr::storage {
namespace {

constexpr std::size_t kMaxKey = 1 << 10;
constexpr std::size_t kMaxValue = 1 << 20;
constexpr std::size_t kMaxGroup = 256;

bool within_limits(const WriteBatch& batch) {
  return std::ranges::all_of(batch.changes, [](const WriteBatch::Change& change) {
    return change.key.size() <= kMaxKey && (!change.value || change.value->size() <= kMaxValue);
  });
}

}  // namespace

RocksMetaStore::RocksMetaStore(Database& database, WorkerPool& pool)
    : database_(database),
      pool_(pool),
      writer_("meta-writer", kMaxGroup, [this](auto group) { write(group); }) {}

Task<Result<std::optional<std::string>>> RocksMetaStore::get(std::string key) {
  auto job = [this, &key] { return database_.get(Family::meta, key); };
  co_return co_await async::offload(pool_, job);
}

Task<Result<std::vector<KeyValue>>> RocksMetaStore::scan(ScanRequest request) {
  auto job = [this, &request] { return database_.scan(Family::meta, request); };
  co_return co_await async::offload(pool_, job);
}

Task<Result<void>> RocksMetaStore::commit(WriteBatch batch, Durability durability) {
  if (!within_limits(batch)) co_return fail(Errc::invalid, "a key over 1 KiB or a value over 1 MiB");
  co_return co_await writer_.submit({std::move(batch), durability});
}

void RocksMetaStore::write(std::span<GroupWriter<Commit>::Entry> group) {
  std::vector<const WriteBatch*> batches;
  auto durability = Durability::buffered;
  for (const auto& entry : group) {
    batches.push_back(&entry.job.batch);
    if (entry.job.durability == Durability::synced) durability = Durability::synced;
  }
  const auto written = database_.write(Family::meta, batches, durability);
  if (durability == Durability::synced) ++syncs_;
  is_failing_ = !written;
  for (auto& entry : group) entry.result = written;
}

}  // namespace mycostr::storage
