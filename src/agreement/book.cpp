#include "agreement/book.hpp"

#include "agreement/keys.hpp"

namespace mycostr::agreement {
namespace {
constexpr std::size_t kRowsAtOnce = 1000;
}  // namespace

Task<Result<void>> Book::open() {
  for (std::string after;;) {
    const auto rows = co_await store_.scan({std::string(keys::kAgreements), after, kRowsAtOnce});
    if (!rows) co_return std::unexpected(rows.error());
    for (const auto& row : *rows) {
      const auto id = AgreementId::from(as_bytes(row.key).subspan(keys::kAgreements.size()));
      if (!id) co_return fail(Errc::corrupt, "the key of an agreement");
      auto agreement = decode_row(*id, row.value);
      if (!agreement) co_return std::unexpected(agreement.error());
      keep(std::move(*agreement));
      after = row.key;
    }
    if (rows->size() < kRowsAtOnce) co_return Result<void>();
  }
}

const Agreement* Book::find(const AgreementId& id) const {
  const auto at = agreements_.find(id);
  return at == agreements_.end() ? nullptr : &at->second;
}

const Agreement* Book::with(Role role, const NodeId& peer) const {
  const auto at = active_.find({role, peer});
  return at == active_.end() ? nullptr : find(at->second);
}

std::vector<AgreementId> Book::in_state(Role role, State state) const {
  const auto at = by_state_.find({role, state});
  if (at == by_state_.end()) return {};
  return {at->second.begin(), at->second.end()};
}

bool Book::has_any(Role role, State state) const {
  const auto at = by_state_.find({role, state});
  return at != by_state_.end() && !at->second.empty();
}

std::vector<AgreementId> Book::ending_with(Role role, const NodeId& peer) const {
  const auto at = ending_.find({role, peer});
  if (at == ending_.end()) return {};
  return {at->second.begin(), at->second.end()};
}

Task<Result<void>> Book::save(std::vector<Agreement> changed, WriteBatch batch, Durability durability) {
  for (const auto& agreement : changed) {
    batch.put(keys::of(keys::kAgreements, agreement.id), encode_row(agreement));
    if (on_revision && is_new_revision(agreement)) on_revision(batch, agreement);
    const bool is_over = agreement.state == State::ending || agreement.state == State::ended;
    if (on_over && is_over) on_over(batch, agreement.id);
  }
  auto done = co_await store_.commit(std::move(batch), durability);
  if (!done) co_return done;
  for (auto& agreement : changed) keep(std::move(agreement));
  co_return done;
}

bool Book::is_new_revision(const Agreement& agreement) const {
  const auto* known = find(agreement.id);
  return agreement.revision.number > (known == nullptr ? 0 : known->revision.number);
}

Task<Result<void>> Book::forget(AgreementId id, WriteBatch batch) {
  batch.erase(keys::of(keys::kAgreements, id));
  if (on_over) on_over(batch, id);
  auto done = co_await store_.commit(std::move(batch), Durability::buffered);
  if (done) drop(id);
  co_return done;
}

void Book::keep(Agreement agreement) {
  drop(agreement.id);
  if (agreement.state == State::active) active_[{agreement.role, agreement.peer}] = agreement.id;
  if (agreement.state == State::ending) ending_[{agreement.role, agreement.peer}].insert(agreement.id);
  by_state_[{agreement.role, agreement.state}].insert(agreement.id);
  agreements_.emplace(agreement.id, std::move(agreement));
}

void Book::drop(const AgreementId& id) {
  const auto at = agreements_.find(id);
  if (at == agreements_.end()) return;
  const auto active = active_.find({at->second.role, at->second.peer});
  if (active != active_.end() && active->second == id) active_.erase(active);
  by_state_[{at->second.role, at->second.state}].erase(id);
  const auto ending = ending_.find({at->second.role, at->second.peer});
  if (ending != ending_.end()) {
    ending->second.erase(id);
    if (ending->second.empty()) ending_.erase(ending);
  }
  agreements_.erase(at);
}

}  // namespace mycostr::agreement
