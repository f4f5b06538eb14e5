#include "holder/drain.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/log.hpp"

namespace mycostr::holder {
namespace {

constexpr std::string_view kRow = "drain";  // -> when it began, Unix ms (8 bytes)

}  // namespace

std::string_view drain_state_name(DrainState state) {
  switch (state) {
    case DrainState::none:
      return "none";
    case DrainState::draining:
      return "draining";
    case DrainState::drained:
      return "drained";
  }
  return "none";
}

std::uint64_t leaving_receipts(const agreement::Book& book, WallTime since) {
  return static_cast<std::uint64_t>(std::ranges::count_if(book.all(), [&](const auto& entry) {
    const auto& agreement = entry.second;
    const auto& revision = agreement.revision;
    return agreement.role == agreement::Role::holder && revision.number > 0 && revision.shards == 0 &&
           revision.at >= since;
  }));
}

Task<Result<void>> Drain::open() {
  const auto row = co_await meta_.get(std::string(kRow));
  if (!row) co_return std::unexpected(row.error());
  if (*row) {
    if ((*row)->size() != 8) co_return fail(Errc::corrupt, "the saved state of draining cannot be read");
    started_ = from_unix_ms(static_cast<std::int64_t>(read_be64(as_bytes(**row))));
  }
  changed_();
  co_return Result<void>();
}

Task<Result<void>> Drain::start() {
  if (is_draining()) co_return Result<void>();
  const auto now = clock_.wall_now();
  std::string value;
  append_be64(value, static_cast<std::uint64_t>(to_unix_ms(now)));
  WriteBatch batch;
  batch.put(std::string(kRow), std::move(value));
  if (auto done = co_await meta_.commit(std::move(batch), Durability::synced); !done) co_return done;
  if (!started_) started_ = now;
  log(LogLevel::info, "holder", "drains: takes no new shards, {} are to be moved", chunks_.usage().shards);
  changed_();
  co_return Result<void>();
}

Task<Result<void>> Drain::stop() {
  WriteBatch batch;
  batch.erase(std::string(kRow));
  if (auto done = co_await meta_.commit(std::move(batch), Durability::synced); !done) co_return done;
  if (!started_) co_return Result<void>();
  started_.reset();
  log(LogLevel::info, "holder", "drains no more: takes new shards again");
  changed_();
  co_return Result<void>();
}

DrainStatus Drain::status() const {
  if (!started_) return {};
  const auto usage = chunks_.usage();
  const bool is_empty = usage.shards == 0 && usage.reserved.value == 0;
  return {is_empty ? DrainState::drained : DrainState::draining, started_, usage.shards, usage.shard_bytes,
          receipts_(*started_)};
}

}  // namespace mycostr::holder
