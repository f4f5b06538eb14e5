#include "holder/unclaimed.hpp"

#include "base/log.hpp"
#include "holder/shard_rows.hpp"

namespace mycostr::holder {
namespace {

constexpr std::string_view kRows = "x/";        // x/<owner><shard> -> the look that first found it so (8)
constexpr std::string_view kRow = "unclaimed";  // -> number of the last look (8), its time in Unix ms (8)
constexpr auto kBetweenLooks = std::chrono::hours(24);
constexpr auto kAfterFailure = std::chrono::minutes(10);
/// What a look costs others: 2,560 shards a second.
constexpr std::size_t kShardsPerPage = 256;
constexpr auto kBetweenPages = std::chrono::milliseconds(100);

}  // namespace

Task<> Unclaimed::run() {
  for (;;) {
    auto rest = co_await look_if_due();
    if (!rest) {
      log(LogLevel::error, "holder", "cannot look for shards in no agreement: {}", to_string(rest.error()));
      rest = kAfterFailure;
    }
    co_await clock_.sleep_for(*rest);
  }
}

/// How long until the next look.
Task<Result<Duration>> Unclaimed::look_if_due() {
  const auto last = co_await last_look();
  if (!last) co_return std::unexpected(last.error());
  const auto now = clock_.wall_now();
  if (*last) {
    const auto left = (*last)->at + kBetweenLooks - now;
    if (left > kBetweenLooks) {
      // That clock was ahead, or this one is behind: no day has passed that anybody can tell.
      if (auto done = co_await save({(*last)->look, now}); !done) co_return std::unexpected(done.error());
      co_return kBetweenLooks;
    }
    if (left > Duration()) co_return left;
  }
  const auto number = *last ? (*last)->look + 1 : 1;
  if (auto done = co_await look(number); !done) co_return std::unexpected(done.error());
  if (auto done = co_await save({number, clock_.wall_now()}); !done) co_return std::unexpected(done.error());
  co_return kBetweenLooks;
}

Task<Result<void>> Unclaimed::save(Last last) {
  std::string value;
  append_be64(value, last.look);
  append_be64(value, static_cast<std::uint64_t>(to_unix_ms(last.at)));
  WriteBatch batch;
  batch.put(std::string(kRow), std::move(value));
  co_return co_await meta_.commit(std::move(batch), Durability::buffered);
}

/// What cannot be told is kept, and the look goes on behind it.
Task<Result<bool>> Unclaimed::is_agreed(ShardKey key) {
  const auto agreed = co_await hooks_.is_agreed(key);
  if (!agreed && agreed.error().code == Errc::corrupt) co_return true;
  co_return agreed;
}

Task<Result<std::optional<Unclaimed::Last>>> Unclaimed::last_look() {
  const auto row = co_await meta_.get(std::string(kRow));
  if (!row) co_return std::unexpected(row.error());
  // One that cannot be read is as good as none: all is counted anew.
  if (!*row || (*row)->size() != 16) co_return std::nullopt;
  const auto bytes = as_bytes(**row);
  co_return Last{read_be64(bytes.first(8)),
                 from_unix_ms(static_cast<std::int64_t>(read_be64(bytes.last(8))))};
}

Task<Result<void>> Unclaimed::look(std::uint64_t number) {
  if (auto done = co_await look_at_noted(number); !done) co_return done;
  co_return co_await note_new(number);
}

Task<Result<void>> Unclaimed::look_at_noted(std::uint64_t number) {
  std::uint64_t deleted = 0;
  std::string after;
  for (;;) {
    const auto rows = co_await meta_.scan({std::string(kRows), after, kShardsPerPage});
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->empty()) break;
    WriteBatch batch;
    for (const auto& row : *rows) {
      const auto key = shard_of_row(kRows, row.key);
      // A row that cannot be read is made anew, with the look that is under way.
      const auto fate = key ? co_await fate_of(*key, row.value, number) : Fate::counts_anew;
      if (!fate) co_return std::unexpected(fate.error());
      if (*fate == Fate::waits) continue;
      batch.erase(row.key);
      if (*fate == Fate::deleted) ++deleted;
    }
    if (auto done = co_await meta_.commit(std::move(batch), Durability::buffered); !done) co_return done;
    after = rows->back().key;
    co_await clock_.sleep_for(kBetweenPages);
  }
  if (deleted > 0) {
    log(LogLevel::warn, "holder", "deleted {} shards: no agreement has had them for {} days", deleted, kDays);
  }
  co_return Result<void>();
}

Task<Result<Unclaimed::Fate>> Unclaimed::fate_of(ShardKey key, std::string first_look, std::uint64_t number) {
  const auto size = co_await chunks_.size_of(key);
  if (!size && size.error().code != Errc::not_found) co_return std::unexpected(size.error());
  if (!size) co_return Fate::gone;
  const auto agreed = co_await is_agreed(key);
  if (!agreed) co_return std::unexpected(agreed.error());
  if (*agreed || first_look.size() != 8) co_return Fate::counts_anew;
  const auto first = read_be64(as_bytes(first_look));
  // The row of the last look was lost.
  if (first > number) co_return Fate::counts_anew;
  if (number - first < kDays) co_return Fate::waits;
  const auto done = co_await hooks_.drop(key);
  if (done) co_return Fate::deleted;
  if (done.error().code == Errc::conflict) co_return Fate::counts_anew;
  if (done.error().code == Errc::timeout) co_return Fate::waits;
  co_return std::unexpected(done.error());
}

Task<Result<void>> Unclaimed::note_new(std::uint64_t number) {
  std::string value;
  append_be64(value, number);
  std::optional<ShardKey> after;
  for (;;) {
    const auto shards = co_await chunks_.list(after, kShardsPerPage);
    if (!shards) co_return std::unexpected(shards.error());
    if (shards->empty()) co_return Result<void>();
    WriteBatch batch;
    for (const auto& [key, size] : *shards) {
      const auto agreed = co_await is_agreed(key);
      if (!agreed) co_return std::unexpected(agreed.error());
      if (*agreed) continue;
      const auto noted = co_await meta_.get(shard_row(kRows, key));
      if (!noted) co_return std::unexpected(noted.error());
      if (!*noted) batch.put(shard_row(kRows, key), value);
    }
    if (auto done = co_await meta_.commit(std::move(batch), Durability::buffered); !done) co_return done;
    after = shards->back().key;
    co_await clock_.sleep_for(kBetweenPages);
  }
}

}  // namespace mycostr::holder
