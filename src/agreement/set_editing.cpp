#include "agreement/set_editing.hpp"

#include "agreement/keys.hpp"
#include "crypto/merkle.hpp"

namespace mycostr::agreement {

Task<Result<void>> SetEditing::apply(const wire::Delta& delta) {
  for (const auto& shard : delta.removed) {
    if (auto done = co_await remove(shard); !done) co_return done;
  }
  for (const auto& entry : delta.added) {
    if (auto done = co_await append(entry); !done) co_return done;
  }
  co_return Result<void>();
}

Task<Result<Page*>> SetEditing::page(std::uint32_t number) {
  const auto at = pages_.find(number);
  if (at != pages_.end()) co_return &at->second;
  if (number >= page_count(set_.size())) co_return &pages_[number];
  auto read = co_await set_.read_page(number);
  if (!read) co_return std::unexpected(read.error());
  co_return &(pages_[number] = std::move(*read));
}

Task<Result<std::uint64_t>> SetEditing::slot_of(ShardId shard) {
  const auto at = slots_.find(shard);
  if (at != slots_.end()) co_return at->second;
  const auto slot = co_await set_.slot_of(shard);
  if (!slot) co_return std::unexpected(slot.error());
  if (!*slot) co_return fail(Errc::not_found, "no such shard in the agreement");
  co_return **slot;
}

Task<Result<void>> SetEditing::remove(ShardId shard) {
  const auto slot = co_await slot_of(shard);
  if (!slot) co_return std::unexpected(slot.error());
  if (*slot >= size_) co_return fail(Errc::conflict, "the shards have changed meanwhile");
  const auto gap_page = co_await page(static_cast<std::uint32_t>(*slot / kSlotsPerPage));
  if (!gap_page) co_return std::unexpected(gap_page.error());
  const auto last_page = co_await page(static_cast<std::uint32_t>((size_ - 1) / kSlotsPerPage));
  if (!last_page) co_return std::unexpected(last_page.error());
  auto& gap = (**gap_page)[*slot % kSlotsPerPage];
  if (gap.id != shard) co_return fail(Errc::conflict, "the shards have changed meanwhile");
  bytes_ -= gap.size;
  if (*slot != size_ - 1) {
    gap = (*last_page)->back();
    slots_[gap.id] = *slot;
  }
  (*last_page)->pop_back();
  slots_.erase(shard);
  removed_.push_back(shard);
  --size_;
  co_return Result<void>();
}

Task<Result<void>> SetEditing::append(wire::ShardEntry entry) {
  if (size_ >= wire::kMaxShardsPerAgreement) co_return fail(Errc::full, "the agreement has all it can hold");
  const auto slot = co_await slot_of(entry.id);
  if (slot) co_return fail(Errc::exists, "the shard is in the agreement");
  if (slot.error().code != Errc::not_found) co_return std::unexpected(slot.error());
  const auto last = co_await page(static_cast<std::uint32_t>(size_ / kSlotsPerPage));
  if (!last) co_return std::unexpected(last.error());
  (*last)->push_back(entry);
  slots_[entry.id] = size_++;
  bytes_ += entry.size;
  co_return Result<void>();
}

ShardSet::Draft SetEditing::draft() const {
  ShardSet::Draft out;
  out.size = size_;
  out.bytes = bytes_;
  const auto& agreement = set_.agreement();
  auto roots = set_.page_roots();
  roots.resize(page_count(size_));
  for (const auto& [number, page] : pages_) {
    if (page.empty()) {
      out.rows.erase(keys::page(agreement, number));
    } else {
      roots[number] = root_of(page);
      out.rows.put(keys::page(agreement, number), encode(page));
    }
  }
  for (const auto& shard : removed_) out.rows.erase(keys::slot(agreement, shard));
  for (const auto& [shard, slot] : slots_) {
    std::string value;
    append_be32(value, static_cast<std::uint32_t>(slot));
    out.rows.put(keys::slot(agreement, shard), std::move(value));
  }
  out.root = crypto::merkle_root_of_leaves(roots);
  if (size_ == 0) {
    out.rows.erase(keys::of(keys::kRoots, agreement));
  } else {
    out.rows.put(keys::of(keys::kRoots, agreement), encode_roots(size_, bytes_, roots));
  }
  return out;
}

}  // namespace mycostr::agreement
