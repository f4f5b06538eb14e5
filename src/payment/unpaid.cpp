#include "payment/unpaid.hpp"

#include <algorithm>

namespace mycostr::payment {
namespace {

/// Also where it is over, by its owner or for want of pay: else an owner would pay nothing by making new
/// agreements again and again.
bool lacks_statements(const agreement::Agreement& agreement, const Account* account) {
  const bool costs_something = agreement.revision.number > 0 && agreement.terms.price_msat_per_tb_month > 0;
  if (!costs_something) return false;
  using State = agreement::State;
  const bool is_over = agreement.revision.ends || agreement.state == State::ending ||
                       agreement.state == State::ended || agreement.state == State::unpaid;
  const bool goes_on = !is_over && agreement.revision.bytes.value > 0;
  // That a statement calls itself the last does not end the agreement.
  const bool is_closed = account != nullptr && account->is_closed;
  return goes_on || (is_over && !is_closed);
}

}  // namespace

std::optional<WallTime> unpaid_since(const Account& account) {
  if (account.owed() < kLeastPayment) return std::nullopt;
  return account.owed_since;
}

std::optional<WallTime> unpaid_since(const agreement::Agreement& agreement, const Account* account,
                                     std::optional<WallTime> kept_since) {
  std::optional<WallTime> out;
  if (account != nullptr) out = unpaid_since(*account);
  if (!lacks_statements(agreement, account)) return out;
  const auto agreed_until = account != nullptr ? std::optional(account->end) : kept_since;
  if (!agreed_until) return out;
  return out ? std::min(*out, *agreed_until) : agreed_until;
}

wire::Standing standing_of(std::optional<WallTime> unpaid_since, const PayableTime& payable,
                           const Settings& settings, WallTime now) {
  wire::Standing out;
  if (!unpaid_since) return out;
  using std::chrono::milliseconds;
  const auto max_age = std::chrono::duration_cast<milliseconds>(settings.max_age);
  const auto grace = std::chrono::duration_cast<milliseconds>(settings.grace);
  const auto counted = payable.within(*unpaid_since, now);
  const auto passed = std::max(now - *unpaid_since, milliseconds(0));
  out.oldest_unpaid = unpaid_since;
  out.due_since = *unpaid_since + max_age + (passed - counted);
  out.stops_at = *out.due_since + grace;
  out.deletes_at = *out.stops_at + grace;
  if (counted >= max_age + 2 * grace) {
    out.state = wire::UnpaidState::deleting;
  } else if (counted >= max_age + grace) {
    out.state = wire::UnpaidState::stopped;
  } else if (counted >= max_age) {
    out.state = wire::UnpaidState::warned;
  }
  return out;
}

}  // namespace mycostr::payment
