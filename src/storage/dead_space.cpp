#include "storage/dead_space.hpp"

#include <algorithm>

#include "base/log.hpp"

namespace mycostr::storage {
namespace {

constexpr std::size_t kRangesAtOnce = 64;

/// Those of `ranges`, which are in order, that lie in the first one's pack.
std::span<const DeadRange> first_pack(std::span<const DeadRange> ranges) {
  const auto pack = ranges.front().pack;
  const auto end =
      std::ranges::find_if(ranges, [pack](const DeadRange& range) { return range.pack != pack; });
  return ranges.first(static_cast<std::size_t>(end - ranges.begin()));
}

Result<void> clear_in_pack(PackFiles& files, std::span<const DeadRange> dead) {
  const auto file = files.open(dead.front().pack);
  if (!file) return std::unexpected(file.error());
  for (const auto& range : dead) {
    if (auto cleared = (*file)->clear_page(range.offset); !cleared) return cleared;
  }
  return (*file)->sync();
}

/// Neighbours in one go.
Result<void> punch_in_pack(PackFiles& files, std::span<const DeadRange> dead) {
  const auto file = files.open(dead.front().pack);
  if (!file) return std::unexpected(file.error());
  while (!dead.empty()) {
    const auto begin = dead.front().offset;
    auto end = begin;
    while (!dead.empty() && dead.front().offset == end) {
      end += dead.front().length;
      dead = dead.subspan(1);
    }
    if (auto punched = (*file)->punch(begin, end - begin); !punched) return punched;
  }
  return (*file)->sync();
}

}  // namespace

void clear_headers(ShardIndex& index, PackFiles& files, std::span<const DeadRange> dead) {
  std::vector<DeadRange> ordered(dead.begin(), dead.end());
  std::ranges::sort(ordered, {}, [](const DeadRange& range) { return std::pair(range.pack, range.offset); });
  for (std::span<const DeadRange> left = ordered; !left.empty();) {
    const auto here = first_pack(left);
    left = left.subspan(here.size());
    auto cleared = clear_in_pack(files, here);
    // The file of a pack that has been retired may be gone already, and the headers with it.
    if (!cleared && !index.packs().contains(here.front().pack)) cleared = {};
    if (cleared) cleared = index.headers_cleared(here);
    if (!cleared) log(LogLevel::error, "storage", "dead records remain: {}", to_string(cleared.error()));
  }
}

Result<void> remove_retired(ShardIndex& index, PackFiles& files) {
  const auto retired = index.retired();
  if (!retired) return std::unexpected(retired.error());
  for (const auto pack : *retired) {
    auto removed = files.remove(pack);
    if (removed) removed = index.file_removed(pack);
    if (!removed) return removed;
  }
  return {};
}

Result<std::optional<DeadRange>> free_some(ShardIndex& index, PackFiles& files,
                                           std::optional<DeadRange> after) {
  const auto ranges = index.dead_ranges(kFreeRow, after, kRangesAtOnce);
  if (!ranges) return std::unexpected(ranges.error());
  const auto packs = index.packs();
  for (std::span<const DeadRange> left = *ranges; !left.empty();) {
    const auto here = first_pack(left);
    left = left.subspan(here.size());
    // A pack that is gone took its blocks along.
    auto freed = packs.contains(here.front().pack) ? punch_in_pack(files, here) : Result<void>();
    if (freed) freed = index.blocks_freed(here);
    if (!freed) log(LogLevel::error, "storage", "space not freed: {}", to_string(freed.error()));
  }
  if (ranges->empty()) return std::nullopt;
  return ranges->back();
}

}  // namespace mycostr::storage
