#include "agreement/clearing.hpp"

#include <algorithm>

#include "agreement/keys.hpp"

namespace mycostr::agreement {
namespace {

constexpr std::size_t kMaxEnded = 1000;

/// The oldest that has ended, where there are too many.
std::optional<AgreementId> to_forget(const Book& book, Role role) {
  const auto ended = book.in_state(role, State::ended);
  if (ended.size() <= kMaxEnded) return std::nullopt;
  return *std::ranges::min_element(ended, {},
                                   [&](const AgreementId& id) { return book.find(id)->revision.at; });
}

}  // namespace

Task<Result<void>> clear_shards(MetaStore& store, WorkerPool& pool, AgreementId agreement,
                                const OnPage& on_page) {
  ShardSet set(store, pool, agreement);
  if (auto done = co_await set.load(); !done) co_return done;
  while (set.size() > 0) {
    const auto page = co_await set.last_page();
    if (!page) co_return std::unexpected(page.error());
    WriteBatch batch;
    if (on_page) on_page(batch, *page);
    set.drop_last_page(*page, batch);
    if (auto done = co_await store.commit(std::move(batch), Durability::buffered); !done) co_return done;
  }
  co_return Result<void>();
}

Task<Result<void>> close(Book& book, Agreement agreement) {
  // Perhaps a last change that was not answered.
  WriteBatch batch;
  batch.erase(keys::of(keys::kChanges, agreement.id));
  if (agreement.revision.number == 0) co_return co_await book.forget(agreement.id, std::move(batch));
  const auto role = agreement.role;
  agreement.state = State::ended;
  auto done = co_await book.save({std::move(agreement)}, std::move(batch), Durability::buffered);
  if (!done) co_return done;
  if (const auto oldest = to_forget(book, role)) co_return co_await book.forget(*oldest, {});
  co_return Result<void>();
}

}  // namespace mycostr::agreement
