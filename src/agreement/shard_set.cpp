#include "agreement/shard_set.hpp"

#include "agreement/keys.hpp"
#include "agreement/set_editing.hpp"
#include "async/offload.hpp"
#include "crypto/merkle.hpp"
#include "crypto/merkle_batch.hpp"

namespace mycostr::agreement {
namespace {

constexpr std::size_t kEntrySize = ShardId::kSize + 8;
constexpr std::size_t kRootsHead = 16;  // shards and bytes

std::uint32_t page_of(std::uint64_t slot) {
  return static_cast<std::uint32_t>(slot / kSlotsPerPage);
}

std::unexpected<Error> corrupt(const AgreementId& agreement) {
  return fail(Errc::corrupt, "the shards of agreement " + agreement.hex());
}

}  // namespace

Digest root_of(const Page& page) {
  std::vector<Digest> leaves;
  leaves.reserve(page.size());
  for (const auto& entry : page) leaves.push_back(wire::leaf_of(entry));
  return crypto::merkle_root_of_leaves(std::move(leaves));
}

std::string encode(const Page& page) {
  std::string out;
  out.reserve(page.size() * kEntrySize);
  for (const auto& entry : page) {
    out += entry.id.text();
    append_be64(out, entry.size.value);
  }
  return out;
}

Result<Page> decode_page(std::string_view row) {
  if (row.empty() || row.size() % kEntrySize != 0 || row.size() > kSlotsPerPage * kEntrySize) {
    return fail(Errc::corrupt, "a page of shards");
  }
  Page out;
  for (auto rest = as_bytes(row); !rest.empty(); rest = rest.subspan(kEntrySize)) {
    out.push_back({*ShardId::from(rest.first(ShardId::kSize)), {read_be64(rest.subspan(ShardId::kSize, 8))}});
  }
  return out;
}

std::string encode_roots(std::uint64_t size, ByteCount bytes, const std::vector<Digest>& page_roots) {
  std::string out;
  append_be64(out, size);
  append_be64(out, bytes.value);
  for (const auto& root : page_roots) out += root.text();
  return out;
}

Task<Result<void>> ShardSet::load() {
  size_ = 0;
  bytes_ = {};
  page_roots_.clear();
  const auto row = co_await store_.get(keys::of(keys::kRoots, agreement_));
  if (!row) co_return std::unexpected(row.error());
  if (*row) {
    const auto text = as_bytes(**row);
    if (text.size() < kRootsHead) co_return corrupt(agreement_);
    size_ = read_be64(text.first(8));
    bytes_ = {read_be64(text.subspan(8, 8))};
    if (size_ > wire::kMaxShardsPerAgreement ||
        text.size() != kRootsHead + page_count(size_) * Digest::kSize) {
      co_return corrupt(agreement_);
    }
    for (auto rest = text.subspan(kRootsHead); !rest.empty(); rest = rest.subspan(Digest::kSize)) {
      page_roots_.push_back(*Digest::from(rest.first(Digest::kSize)));
    }
  }
  root_ = co_await async::offload(pool_, [this] { return crypto::merkle_root_of_leaves(page_roots_); });
  co_return Result<void>();
}

Task<Result<Page>> ShardSet::read_page(std::uint32_t number) {
  const auto row = co_await store_.get(keys::page(agreement_, number));
  if (!row) co_return std::unexpected(row.error());
  const auto changed = [] { return fail(Errc::conflict, "the shards have changed meanwhile"); };
  if (!*row) co_return changed();
  auto page = decode_page(**row);
  if (!page) co_return page;
  if (page->size() != std::min(kSlotsPerPage, size_ - number * kSlotsPerPage)) co_return changed();
  const auto root = co_await async::offload(pool_, [&page] { return root_of(*page); });
  if (root != page_roots_[number]) co_return changed();
  co_return page;
}

Task<Result<std::map<std::uint32_t, Page>>> ShardSet::pages_of(const std::vector<std::uint64_t>& slots) {
  std::map<std::uint32_t, Page> out;
  for (const auto slot : slots) {
    if (out.contains(page_of(slot))) continue;
    auto page = co_await read_page(page_of(slot));
    if (!page) co_return std::unexpected(page.error());
    out.emplace(page_of(slot), std::move(*page));
  }
  co_return out;
}

Task<Result<std::vector<wire::ShardEntry>>> ShardSet::entries(std::vector<std::uint64_t> slots) {
  const auto pages = co_await pages_of(slots);
  if (!pages) co_return std::unexpected(pages.error());
  std::vector<wire::ShardEntry> out;
  for (const auto slot : slots) out.push_back(pages->at(page_of(slot))[slot % kSlotsPerPage]);
  co_return out;
}

Task<Result<std::optional<std::uint64_t>>> ShardSet::slot_of(ShardId shard) {
  const auto row = co_await store_.get(keys::slot(agreement_, shard));
  if (!row) co_return std::unexpected(row.error());
  if (!*row) co_return std::optional<std::uint64_t>();
  if ((*row)->size() != 4) co_return corrupt(agreement_);
  co_return std::optional<std::uint64_t>(read_be32(as_bytes(**row)));
}

Task<Result<ShardSet::Proof>> ShardSet::prove(std::vector<std::uint64_t> slots) {
  const auto pages = co_await pages_of(slots);
  if (!pages) co_return std::unexpected(pages.error());
  Proof out;
  for (const auto slot : slots) out.entries.push_back(pages->at(page_of(slot))[slot % kSlotsPerPage]);
  out.path = co_await async::offload(pool_, [&] {
    return crypto::batch_path(size_, slots, [&](std::uint64_t first, std::uint64_t count) {
      // Within a page that holds a proven slot, or whole pages that hold none.
      const auto page = pages->find(page_of(first));
      if (page != pages->end()) {
        const auto begin = page->second.begin() + static_cast<std::ptrdiff_t>(first % kSlotsPerPage);
        return root_of(Page(begin, begin + static_cast<std::ptrdiff_t>(count)));
      }
      const auto begin = page_roots_.begin() + page_of(first);
      return crypto::merkle_root_of_leaves({begin, begin + static_cast<std::ptrdiff_t>(page_count(count))});
    });
  });
  co_return out;
}

void ShardSet::Draft::append_to(WriteBatch& batch) const {
  batch.changes.insert(batch.changes.end(), rows.changes.begin(), rows.changes.end());
}

Task<Result<ShardSet::Draft>> ShardSet::prepare(wire::Delta delta) {
  SetEditing editing(*this);
  if (auto done = co_await editing.apply(delta); !done) co_return std::unexpected(done.error());
  co_return co_await async::offload(pool_, [&editing] { return editing.draft(); });
}

Task<Result<std::vector<wire::ShardEntry>>> ShardSet::last_page() {
  if (size_ == 0) co_return std::vector<wire::ShardEntry>();
  co_return co_await read_page(page_of(size_ - 1));
}

void ShardSet::drop_last_page(const std::vector<wire::ShardEntry>& entries, WriteBatch& batch) {
  for (const auto& entry : entries) {
    batch.erase(keys::slot(agreement_, entry.id));
    bytes_ -= std::min(bytes_, entry.size);
  }
  batch.erase(keys::page(agreement_, page_of(size_ - 1)));
  size_ -= entries.size();
  page_roots_.pop_back();
  if (size_ == 0) {
    batch.erase(keys::of(keys::kRoots, agreement_));
  } else {
    batch.put(keys::of(keys::kRoots, agreement_), encode_roots(size_, bytes_, page_roots_));
  }
}

}  // namespace mycostr::agreement
