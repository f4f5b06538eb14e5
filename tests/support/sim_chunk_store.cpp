#include "support/sim_chunk_store.hpp"

#include <stdexcept>

#include "support/delay.hpp"

namespace mycostr::test {
namespace {

std::unexpected<Error> no_power() {
  return fail(Errc::io, "the machine is off");
}
std::unexpected<Error> no_shard() {
  return fail(Errc::not_found, "no such shard");
}

}  // namespace

class SimChunkStore::Promise final : public Reservation {
 public:
  Promise(SimChunkStore& store, ByteCount size) : store_(store), size_(size) { store_.reserved_ += size_; }
  ~Promise() override { store_.reserved_ -= size_; }
  ByteCount size() const { return size_; }

 private:
  SimChunkStore& store_;
  const ByteCount size_;
};

Result<std::unique_ptr<Reservation>> SimChunkStore::reserve(ByteCount size) {
  if (!power_.is_on()) return no_power();
  if (used_ + reserved_ + size > capacity_) return fail(Errc::full, "no capacity is left");
  return std::make_unique<Promise>(*this, size);
}

Duration SimChunkStore::access_time() {
  const auto longest = random_.chance(1, 50) ? 500'000u : 8'000u;
  return std::chrono::microseconds((50 + random_.below(longest)) * slowness_);
}

Task<Result<void>> SimChunkStore::put(std::unique_ptr<Reservation> reservation, ShardKey key, Buffer data) {
  if (data.size() != static_cast<const Promise&>(*reservation).size().value) {
    throw std::logic_error("a put of another size than was reserved");
  }
  Change change;
  change.keys.push_back(key);
  change.data = Buffer::copy_of(data.view());
  co_return co_await carry_out(std::move(change));
}

Task<Result<void>> SimChunkStore::remove(std::vector<ShardKey> keys) {
  Change change;
  change.keys = std::move(keys);
  co_return co_await carry_out(std::move(change));
}

Task<Result<void>> SimChunkStore::carry_out(Change change) {
  if (!power_.is_on()) co_return no_power();
  const auto life = power_.life();
  const auto self = pending_.insert(pending_.end(), std::move(change));
  co_await delay(clock_, access_time());
  if (!power_.lasts(life)) co_return no_power();  // crash() has said what became of it
  make(*self);
  pending_.erase(self);
  co_return Result<void>();
}

void SimChunkStore::make(const Change& change) {
  trace_.add({static_cast<std::uint64_t>(clock_.now().time_since_epoch().count()), change.data.size(),
              change.keys.size()});
  if (!change.data.empty()) {
    if (shards_.emplace(change.keys.front(), change.data).second) used_ += {change.data.size()};
    return;
  }
  for (const auto& key : change.keys) take(key);
}

void SimChunkStore::take(const ShardKey& key) {
  broken_.erase(key);
  const auto at = shards_.find(key);
  if (at == shards_.end()) return;
  used_ -= {at->second.size()};
  shards_.erase(at);
}

Task<Result<Buffer>> SimChunkStore::get(ShardKey key) {
  return read_some(key, {}, std::nullopt);
}

Task<Result<Buffer>> SimChunkStore::read(ShardKey key, ByteCount offset, ByteCount length) {
  return read_some(key, offset, length);
}

Task<Result<Buffer>> SimChunkStore::read_some(ShardKey key, ByteCount offset,
                                              std::optional<ByteCount> length) {
  if (!power_.is_on()) co_return no_power();
  const auto life = power_.life();
  co_await delay(clock_, access_time());
  if (!power_.lasts(life)) co_return no_power();
  const auto at = shards_.find(key);
  if (at == shards_.end()) co_return no_shard();
  if (busy_.contains(key)) co_return fail(Errc::overloaded, "too many open files");
  if (!readable_ || broken_.contains(key)) co_return fail(Errc::io, "the disk does not read this");
  const auto size = at->second.size();
  const auto count = length ? length->value : size;
  if (offset.value > size || count > size - offset.value) {
    co_return fail(Errc::invalid, "beyond the end of the shard");
  }
  auto bytes = Buffer::copy_of(at->second.view().subspan(offset.value, count));
  if (misread_ == key) {
    misread_.reset();
    if (offset.value == 0 && count > 0) bytes.data()[0] ^= 1;
  }
  co_return bytes;
}

Task<Result<ByteCount>> SimChunkStore::size_of(ShardKey key) {
  if (!power_.is_on()) co_return no_power();
  const auto at = shards_.find(key);
  if (at == shards_.end()) co_return no_shard();
  co_return ByteCount{at->second.size()};
}

Task<Result<std::vector<StoredShard>>> SimChunkStore::list(std::optional<ShardKey> after, std::size_t limit) {
  if (!power_.is_on()) co_return no_power();
  const auto life = power_.life();
  co_await delay(clock_, access_time());
  if (!power_.lasts(life)) co_return no_power();
  std::vector<StoredShard> found;
  for (auto at = after ? shards_.upper_bound(*after) : shards_.begin();
       at != shards_.end() && found.size() < limit; ++at) {
    found.push_back({at->first, {at->second.size()}});
  }
  co_return found;
}

Task<Result<ByteCount>> SimChunkStore::disk_free() {
  if (!power_.is_on()) co_return no_power();
  co_return disk_ - std::min(disk_, used_);
}

void SimChunkStore::crash() {
  for (const auto& change : std::exchange(pending_, {})) {
    if (random_.chance(1, 2)) make(change);
  }
}

void SimChunkStore::wipe() {
  shards_.clear();
  broken_.clear();
  used_ = {};
}

bool SimChunkStore::rot(const ShardKey& key) {
  const auto at = shards_.find(key);
  if (at == shards_.end()) return false;
  at->second.data()[random_.below(at->second.size())] ^= 1;
  return true;
}

bool SimChunkStore::lose(const ShardKey& key) {
  const bool was_there = shards_.contains(key);
  take(key);
  return was_there;
}

}  // namespace mycostr::test
