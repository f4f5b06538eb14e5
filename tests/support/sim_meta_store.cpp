#include "support/sim_meta_store.hpp"

#include <algorithm>

#include "support/delay.hpp"

namespace mycostr::test {
namespace {

std::unexpected<Error> no_power() {
  return fail(Errc::io, "the machine is off");
}

}  // namespace

Duration SimMetaStore::read_time() {
  // Most rows are in a cache.
  if (!random_.chance(1, 4)) return {};
  return std::chrono::microseconds(50 + random_.below(random_.chance(1, 20) ? 30'000 : 1'000));
}

Task<Result<std::optional<std::string>>> SimMetaStore::get(std::string key) {
  if (!power_.is_on()) co_return no_power();
  const auto life = power_.life();
  auto value = co_await rows_.get(std::move(key));
  // What was read may be old by the time the reader hears of it.
  if (const auto time = read_time(); time.count() > 0) co_await delay(clock_, time);
  if (!power_.lasts(life)) co_return no_power();
  co_return value;
}

Task<Result<std::vector<KeyValue>>> SimMetaStore::scan(ScanRequest request) {
  if (!power_.is_on()) co_return no_power();
  const auto life = power_.life();
  auto found = co_await rows_.scan(std::move(request));
  if (const auto time = read_time(); time.count() > 0) co_await delay(clock_, time);
  if (!power_.lasts(life)) co_return no_power();
  co_return found;
}

Task<Result<void>> SimMetaStore::commit(WriteBatch batch, Durability durability) {
  if (!power_.is_on()) co_return no_power();
  const auto life = power_.life();
  pending_.push_back({std::move(batch), durability});
  const auto longest = random_.chance(1, 50) ? 200'000 : durability == Durability::synced ? 5'000 : 500;
  const auto time = std::chrono::microseconds(20 + random_.below(static_cast<std::uint64_t>(longest)));
  last_write_ = std::max(last_write_, clock_.now() + time);
  co_await delay(clock_, last_write_ - clock_.now());
  if (!power_.lasts(life)) co_return no_power();  // crash() has said what became of it
  auto next = std::move(pending_.front());
  pending_.pop_front();
  apply(std::move(next));  // nothing is awaited here: a caller that is cancelled has its commit all the same
  co_return Result<void>();
}

void SimMetaStore::apply(Pending commit) {
  trace_.add(
      {static_cast<std::uint64_t>(clock_.now().time_since_epoch().count()), commit.batch.changes.size()});
  if (commit.durability == Durability::synced) {
    unsynced_.clear();
  } else {
    unsynced_.push_back(inverse_of(commit.batch));
  }
  rows_.apply(std::move(commit.batch));
}

WriteBatch SimMetaStore::inverse_of(const WriteBatch& batch) const {
  WriteBatch out;
  for (auto change = batch.changes.rbegin(); change != batch.changes.rend(); ++change) {
    const auto before = rows().find(change->key);
    if (before == rows().end()) {
      out.erase(change->key);
    } else {
      out.put(change->key, before->second);
    }
  }
  return out;
}

void SimMetaStore::crash(Crash kind) {
  auto pending = std::exchange(pending_, {});
  for (auto made = random_.below(pending.size() + 1); made > 0; --made) {
    apply(std::move(pending.front()));
    pending.pop_front();
  }
  last_write_ = {};
  if (kind == Crash::process_kill) return;
  for (auto undone = random_.below(unsynced_.size() + 1); undone > 0; --undone) {
    rows_.apply(std::move(unsynced_.back()));
    unsynced_.pop_back();
  }
  unsynced_.clear();
}

}  // namespace mycostr::test
