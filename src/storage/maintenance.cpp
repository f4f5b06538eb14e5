#include "storage/maintenance.hpp"

#include <fmt/format.h>

#include "async/offload.hpp"
#include "base/log.hpp"
#include "storage/dead_space.hpp"
#include "storage/pack_scanner.hpp"

namespace mycostr::storage {
namespace {

constexpr auto kPause = std::chrono::seconds(5);
constexpr std::uint64_t kStepBytes = 2 << 20;

}  // namespace

Maintenance::Maintenance(WorkerPool& pool, ShardIndex& index, PackFiles& files, GroupWriter<PackJob>& writer,
                         CompactionLimits limits)
    : pool_(pool), index_(index), files_(files), writer_(writer), limits_(limits) {}

Task<> Maintenance::run(Clock& clock) {
  for (;;) {
    co_await clock.sleep_for(kPause);
    co_await run_once(clock);
  }
}

Task<> Maintenance::run_once(Clock& clock) {
  co_await free_dead();
  co_await compact_packs(clock);
  co_await free_dead();
}

Task<> Maintenance::free_dead() {
  auto remove = [this] { return remove_retired(index_, files_); };
  const auto removed = co_await async::offload(pool_, remove);
  if (!removed) log(LogLevel::error, "storage", "packs not removed: {}", to_string(removed.error()));
  // From where the last batch ended, not from the start: the database walks over rows that it has just
  // erased.
  std::optional<DeadRange> last;
  do {
    auto job = [this, last] { return free_some(index_, files_, last); };
    const auto freed = co_await async::offload(pool_, job);
    if (!freed) log(LogLevel::error, "storage", "space not freed: {}", to_string(freed.error()));
    last = freed.value_or(std::nullopt);
  } while (last);
}

Task<> Maintenance::compact_packs(Clock& clock) {
  while (const auto pack = choose_pack()) {
    const auto done = co_await compact(clock, *pack);
    if (done) {
      log(LogLevel::info, "storage", "compacted pack={:08x}", *pack);
      continue;
    }
    log(LogLevel::error, "storage", "pack={:08x} cannot be compacted: {}", *pack, to_string(done.error()));
    if (done.error().code == Errc::full) co_return;  // space may come back
    failed_.insert(*pack);
  }
}

std::optional<std::uint32_t> Maintenance::choose_pack() const {
  for (const auto& [number, info] : index_.packs()) {
    const bool mostly_dead = info.live_bytes * 100 < (info.end - kPageSize) * limits_.below_percent;
    if (info.sealed && mostly_dead && !failed_.contains(number)) return number;
  }
  return std::nullopt;
}

Task<Result<void>> Maintenance::compact(Clock& clock, std::uint32_t pack) {
  std::uint64_t position = kPageSize;
  for (;;) {
    auto job = [this, pack, position] { return collect(pack, position); };
    auto step = co_await async::offload(pool_, job);
    if (!step) co_return std::unexpected(step.error());
    if (!step->job.records.empty()) {
      const auto moved = co_await writer_.submit(std::move(step->job));
      if (!moved) co_return moved;
      const auto seconds = static_cast<double>(step->bytes) / static_cast<double>(limits_.per_second.value);
      co_await clock.sleep_for(std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds)));
    }
    // The last live record took the pack along.
    if (!index_.packs().contains(pack)) co_return Result<void>();
    if (step->at_end) co_return fail(Errc::corrupt, "shards of the index are not in the pack");
    position = step->next;
  }
}

/// Live records from `from` on, some megabytes of them.
Result<Maintenance::Step> Maintenance::collect(std::uint32_t pack, std::uint64_t from) const {
  const auto file = files_.open(pack);
  if (!file) return std::unexpected(file.error());
  const auto size = (*file)->size();
  if (!size) return std::unexpected(size.error());
  const auto salt = (*file)->salt();
  if (!salt) return std::unexpected(salt.error());
  PackScanner scanner(**file, *salt, from, *size);
  Step step;
  while (step.bytes < kStepBytes) {
    const auto record = scanner.next();
    if (!record) return std::unexpected(record.error());
    if (!*record) {
      step.at_end = true;
      break;
    }
    const auto& header = (*record)->header;
    const Location here{pack, (*record)->offset, header.length, header.sequence};
    const auto live = index_.find(header.key);
    if (!live) return std::unexpected(live.error());
    if (*live != here) continue;
    auto data = read_record_data(**file, **record);
    if (!data) {
      const auto still = index_.find(header.key);
      if (still && *still != here) continue;  // removed meanwhile
      return std::unexpected(data.error());
    }
    step.bytes += record_size(header.length);
    step.job.records.push_back({header.key, here, std::move(*data), header.data_crc});
  }
  step.next = scanner.position();
  return step;
}

}  // namespace mycostr::storage
