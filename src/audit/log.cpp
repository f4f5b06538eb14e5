#include "audit/log.hpp"

#include "base/log.hpp"

namespace mycostr::audit {
namespace {

constexpr std::string_view kAudits = "au/";
constexpr std::string_view kTranscripts = "at/";
constexpr std::size_t kRowsAtOnce = 1000;
constexpr std::size_t kKeySize = 3 + 8 + AuditId::kSize;

std::string audit_row(WallTime at, const AuditId& id) {
  std::string key(kAudits);
  append_be64(key, static_cast<std::uint64_t>(to_unix_ms(at)));
  return key + std::string(id.text());
}

std::string transcript_row(const AuditId& id) {
  return std::string(kTranscripts) + std::string(id.text());
}

Result<Record> read_row(const KeyValue& row) {
  if (row.key.size() != kKeySize) return fail(Errc::corrupt, "the key of an audit's row");
  const auto key = as_bytes(row.key).subspan(kAudits.size());
  return decode_row(*AuditId::from(key.subspan(8)),
                    from_unix_ms(static_cast<std::int64_t>(read_be64(key.first(8)))), row.value);
}

bool shows(const Filter& filter, const Record& record) {
  return (!filter.agreement || record.agreement == *filter.agreement) &&
         (!filter.outcome || record.outcome == *filter.outcome) &&
         (!filter.since || record.at >= *filter.since);
}

}  // namespace

Task<Result<void>> Log::open() {
  std::string after;
  for (bool more = true; more;) {
    const auto rows = co_await store_.scan({std::string(kAudits), after, kRowsAtOnce});
    if (!rows) co_return std::unexpected(rows.error());
    WriteBatch bad;
    for (const auto& row : *rows) {
      auto record = read_row(row);
      if (!record) {
        log(LogLevel::warn, "audit", "deletes a row: {}", to_string(record.error()));
        bad.erase(row.key);
        continue;
      }
      insert(std::move(*record));
    }
    more = rows->size() == kRowsAtOnce;
    if (more) after = rows->back().key;
    if (bad.empty()) continue;
    if (auto done = co_await store_.commit(std::move(bad), Durability::buffered); !done) co_return done;
  }
  co_return Result<void>();
}

Task<Result<void>> Log::add(Record record, Bytes transcript, WriteBatch batch, Durability durability) {
  record.has_transcript = !transcript.empty();
  batch.put(audit_row(record.at, record.id), encode_row(record));
  if (record.has_transcript) batch.put(transcript_row(record.id), std::string(as_text(transcript)));
  auto& kept = kept_[record.role];
  insert(std::move(record));
  trim(kept, batch);
  // Listed though it could not be written: then it is gone at the next start.
  co_return co_await store_.commit(std::move(batch), durability);
}

void Log::insert(Record record) {
  const Key key{record.at, record.id};
  kept_[record.role].all.insert(key);
  if (record.has_transcript) transcripts_of(record).insert(key);
  records_.emplace(key, std::move(record));
}

std::set<Log::Key>& Log::transcripts_of(const Record& record) {
  auto& kept = kept_[record.role];
  return record.outcome == Outcome::passed ? kept.passed : kept.failed;
}

void Log::trim(Kept& kept, WriteBatch& batch) {
  while (kept.all.size() > settings_.kept_audits) {
    const auto key = *kept.all.begin();
    if (records_.at(key).has_transcript) drop_transcript(key, batch);
    batch.erase(audit_row(key.first, key.second));
    records_.erase(key);
    kept.all.erase(key);
  }
  if (kept.all.empty()) return;
  const auto longest =
      std::chrono::duration_cast<std::chrono::milliseconds>(settings_.period * kTranscriptEpochs);
  const auto since = kept.all.rbegin()->first - longest;
  auto& [all, passed, failed] = kept;
  while (passed.size() > settings_.kept_transcripts || (!passed.empty() && passed.begin()->first < since)) {
    drop_transcript(*passed.begin(), batch);
  }
  while (failed.size() > settings_.kept_transcripts) drop_transcript(*failed.begin(), batch);
}

void Log::drop_transcript(Key key, WriteBatch& batch) {
  auto& record = records_.at(key);
  transcripts_of(record).erase(key);
  record.has_transcript = false;
  batch.erase(transcript_row(record.id));
  batch.put(audit_row(record.at, record.id), encode_row(record));
}

std::vector<Record> Log::list(const Filter& filter) const {
  std::vector<Record> out;
  const auto add = [&](const Record& record) {
    if (out.size() < filter.limit && shows(filter, record)) out.push_back(record);
    return out.size() < filter.limit;
  };
  if (filter.newest_first) {
    auto at = filter.after ? records_.lower_bound(*filter.after) : records_.end();
    const auto is_shown = [&](const Key& key) { return !filter.since || key.first >= *filter.since; };
    while (at != records_.begin() && is_shown((--at)->first) && add(at->second)) {
    }
  } else {
    const bool is_behind = filter.after && (!filter.since || filter.after->first >= *filter.since);
    auto at = records_.begin();
    if (is_behind) at = records_.upper_bound(*filter.after);
    if (!is_behind && filter.since) at = records_.lower_bound({*filter.since, AuditId()});
    while (at != records_.end() && add((at++)->second)) {
    }
  }
  return out;
}

Task<Result<Bytes>> Log::transcript(AuditId id) const {
  const auto row = co_await store_.get(transcript_row(id));
  if (!row) co_return std::unexpected(row.error());
  if (!*row) co_return fail(Errc::not_found, "no transcript of this audit is kept");
  co_return Bytes((*row)->begin(), (*row)->end());
}

}  // namespace mycostr::audit
