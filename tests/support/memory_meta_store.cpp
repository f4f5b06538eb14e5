#include "support/memory_meta_store.hpp"

#include <algorithm>

namespace mycostr::test {
namespace {

std::unexpected<Error> broken_disk() {
  return fail(Errc::io, "the test broke this store");
}

/// The least string greater than all that begin with `prefix`; empty where there is none.
std::string end_of(std::string prefix) {
  while (prefix.ends_with('\xff')) prefix.pop_back();
  if (!prefix.empty()) ++prefix.back();
  return prefix;
}

}  // namespace

Task<Result<std::optional<std::string>>> MemoryMetaStore::get(std::string key) {
  if (broken_) co_return broken_disk();
  const auto at = rows_.find(key);
  co_return at == rows_.end() ? std::nullopt : std::optional(at->second);
}

Task<Result<std::vector<KeyValue>>> MemoryMetaStore::scan(ScanRequest request) {
  if (broken_) co_return broken_disk();
  const auto [first, last] = range_of(request);
  std::vector<KeyValue> out;
  if (request.reverse) {
    for (auto at = last; at != first && out.size() < request.limit;)
      out.push_back({(--at)->first, at->second});
  } else {
    for (auto at = first; at != last && out.size() < request.limit; ++at)
      out.push_back({at->first, at->second});
  }
  co_return out;
}

auto MemoryMetaStore::range_of(const ScanRequest& request) const
    -> std::pair<Rows::const_iterator, Rows::const_iterator> {
  auto first = request.prefix;
  auto last = end_of(request.prefix);  // empty: no bound
  if (!request.after.empty()) {
    if (request.reverse) {
      last = last.empty() ? request.after : std::min(last, request.after);
    } else {
      first = std::max(first, request.after + '\0');
    }
  }
  if (!last.empty() && last <= first) return {rows_.end(), rows_.end()};
  return {rows_.lower_bound(first), last.empty() ? rows_.end() : rows_.lower_bound(last)};
}

Task<Result<void>> MemoryMetaStore::commit(WriteBatch batch, Durability) {
  if (commits_left_ && (*commits_left_)-- == 0) set_broken(true);
  if (broken_) co_return broken_disk();
  apply(std::move(batch));
  co_return Result<void>();
}

void MemoryMetaStore::apply(WriteBatch batch) {
  for (auto& [key, value] : batch.changes) {
    if (value) {
      rows_[key] = std::move(*value);
    } else {
      rows_.erase(key);
    }
  }
}

}  // namespace mycostr::test
