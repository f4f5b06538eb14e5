#include "payment/payment_book.hpp"

namespace mycostr::payment {
namespace {

constexpr std::string_view kPayments = "pm/";
constexpr std::size_t kRowsAtOnce = 1000;

std::string row_of(const PaymentBook::Key& key) {
  std::string out(kPayments);
  append_be64(out, static_cast<std::uint64_t>(to_unix_ms(key.first)));
  return out + std::string(key.second.text());
}

Result<Payment> read_row(const KeyValue& row) {
  if (row.key.size() != kPayments.size() + 8 + PaymentId::kSize)
    return fail(Errc::corrupt, "the key of a payment's row");
  const auto key = as_bytes(row.key).subspan(kPayments.size());
  return decode_row(*PaymentId::from(key.subspan(8)),
                    from_unix_ms(static_cast<std::int64_t>(read_be64(key.first(8)))), row.value);
}

}  // namespace

Task<Result<void>> PaymentBook::open() {
  if (auto done = co_await open_payments(); !done) co_return done;
  co_return co_await open_totals();
}

Task<Result<void>> PaymentBook::open_payments() {
  for (std::string after;;) {
    const auto rows = co_await store_.scan({std::string(kPayments), after, kRowsAtOnce});
    if (!rows) co_return std::unexpected(rows.error());
    for (const auto& row : *rows) {
      const auto payment = read_row(row);
      if (!payment) co_return std::unexpected(payment.error());
      keep({payment->created, payment->id}, brief_of(*payment));
      after = row.key;
    }
    if (rows->size() < kRowsAtOnce) co_return Result<void>();
  }
}

PaymentBook::Brief PaymentBook::brief_of(const Payment& payment) {
  Brief out{.direction = payment.direction,
            .state = payment.state,
            .peer = payment.settlement.peer,
            .agreement = payment.settlement.agreement,
            .number = payment.settlement.number,
            .amount = payment.settlement.amount,
            .fee = payment.fee,
            .channel = payment.channel,
            .end = payment.settlement.end,
            .sent = payment.sent,
            .settled_at = payment.settled_at};
  if (payment.hash != PaymentHash()) out.hashes.push_back(payment.hash);
  for (const auto& attempt : payment.abandoned) {
    out.hashes.push_back(attempt.hash);
    out.abandoned_at = attempt.at;
  }
  return out;
}

void PaymentBook::keep(const Key& key, Brief brief) {
  drop(key);
  places_[{brief.direction, brief.agreement, brief.number}] = key;
  for (const auto& hash : brief.hashes) hashes_.emplace(hash, key);
  if (brief.state != PaymentState::settled) open_[brief.direction].insert(key);
  if (brief.settled_at && brief.direction == Direction::out) settled_.emplace(*brief.settled_at, key);
  payments_.emplace(key, std::move(brief));
}

void PaymentBook::drop(const Key& key) {
  const auto at = payments_.find(key);
  if (at == payments_.end()) return;
  const auto& brief = at->second;
  places_.erase({brief.direction, brief.agreement, brief.number});
  for (const auto& hash : brief.hashes) {
    const auto mine = hashes_.find(hash);
    if (mine != hashes_.end() && mine->second == key) hashes_.erase(mine);
  }
  open_[brief.direction].erase(key);
  if (brief.settled_at) settled_.erase({*brief.settled_at, key});
  payments_.erase(at);
}

Task<Result<void>> PaymentBook::save(Payment payment, WriteBatch batch, Durability durability) {
  const Key key{payment.created, payment.id};
  const auto before = payments_.find(key);
  const bool is_news = before == payments_.end() || before->second.state != payment.state;
  const bool is_settled = is_news && payment.state == PaymentState::settled;
  async::Budget::Lease turn;
  if (is_settled) {
    turn = co_await counting_.take(1);
    if (auto done = co_await append_totals(payment, batch); !done) co_return done;
  }
  batch.put(row_of(key), encode_row(payment));
  const auto oldest = oldest_beyond_limit();
  for (const auto& old : oldest) batch.erase(row_of(old));
  // Others look at what is spent while this one is being written.
  if (payment.state == PaymentState::in_flight) keep(key, brief_of(payment));
  auto done = co_await store_.commit(std::move(batch), durability);
  if (!done) co_return done;
  for (const auto& old : oldest) drop(old);
  keep(key, brief_of(payment));
  if (is_settled) count(payment);
  if (is_news && on_change) on_change(payment);
  co_return done;
}

/// Those that are not settled stay, whatever their age.
std::vector<PaymentBook::Key> PaymentBook::oldest_beyond_limit() const {
  std::vector<Key> out;
  const auto open = open_[Direction::out].size() + open_[Direction::in].size();
  auto beyond = payments_.size() > kMaxPayments + open ? payments_.size() - kMaxPayments - open : 0;
  for (auto at = payments_.begin(); beyond > 0 && at != payments_.end(); ++at) {
    if (at->second.state != PaymentState::settled) continue;
    out.push_back(at->first);
    --beyond;
  }
  return out;
}

Task<Result<Payment>> PaymentBook::load(Key key) {
  const auto name = row_of(key);
  auto row = co_await store_.get(name);
  if (!row) co_return std::unexpected(row.error());
  if (!*row) co_return fail(Errc::not_found, "no payment " + key.second.hex());
  co_return decode_row(key.second, key.first, **row);
}

std::optional<PaymentBook::Key> PaymentBook::find(Direction direction, const AgreementId& agreement,
                                                  std::uint64_t settlement) const {
  const auto at = places_.find({direction, agreement, settlement});
  return at == places_.end() ? std::nullopt : std::optional(at->second);
}

std::optional<PaymentBook::Key> PaymentBook::find(const PaymentHash& hash) const {
  const auto at = hashes_.find(hash);
  return at == hashes_.end() ? std::nullopt : std::optional(at->second);
}

std::vector<PaymentBook::Key> PaymentBook::with_abandoned(WallTime since) const {
  std::vector<Key> out;
  for (const auto& [key, brief] : payments_) {
    if (brief.direction == Direction::out && brief.abandoned_at && *brief.abandoned_at >= since)
      out.push_back(key);
  }
  return out;
}

bool PaymentBook::shows(const PaymentFilter& filter, const Key& key, const Brief& brief) {
  return (!filter.direction || brief.direction == *filter.direction) &&
         (!filter.peer || brief.peer == *filter.peer) &&
         (!filter.agreements || filter.agreements->contains(brief.agreement)) &&
         (!filter.since || key.first >= *filter.since);
}

Task<Result<std::vector<Payment>>> PaymentBook::list(PaymentFilter filter) {
  std::vector<Key> keys;
  const auto add = [&](const auto& entry) {
    if (keys.size() < filter.limit && shows(filter, entry.first, entry.second)) keys.push_back(entry.first);
    return keys.size() < filter.limit;
  };
  if (filter.newest_first) {
    auto at = filter.after ? payments_.lower_bound(*filter.after) : payments_.end();
    while (at != payments_.begin() && add(*--at)) {
    }
  } else {
    auto at = filter.after ? payments_.upper_bound(*filter.after) : payments_.begin();
    while (at != payments_.end() && add(*at++)) {
    }
  }
  std::vector<Payment> out;
  for (const auto& key : keys) {
    auto payment = co_await load(key);
    if (payment) {
      out.push_back(std::move(*payment));
    } else if (payment.error().code != Errc::not_found) {  // gone meanwhile
      co_return std::unexpected(payment.error());
    }
  }
  co_return out;
}

Spent PaymentBook::spent(const NodeId& peer, WallTime now, const PaymentId& except) const {
  constexpr std::chrono::milliseconds hour = std::chrono::hours(1);
  constexpr std::chrono::milliseconds day = std::chrono::days(1);
  // By a clock that was ahead for longer than that it says nothing of now.
  const auto is_of = [&](std::chrono::milliseconds span, WallTime at) {
    return at > now - span && at <= now + span;
  };
  Spent out;
  const auto add = [&](const Key& key, const Brief& brief, bool is_this_hour) {
    if (key.second == except) return;
    const auto msat = brief.amount.value + brief.fee.value;
    out.day.value += msat;
    if (is_this_hour) out.hour.value += msat;
    if (brief.peer == peer) out.peer_day.value += msat;
  };
  for (const auto& key : open_[Direction::out]) {
    const auto& brief = payments_.at(key);
    // What a holder keeps in the air for days is no part of this hour.
    if (brief.state == PaymentState::in_flight) add(key, brief, !brief.sent || is_of(hour, *brief.sent));
  }
  for (auto at = settled_.lower_bound({now - day, Key()}); at != settled_.end(); ++at) {
    if (is_of(day, at->first)) add(at->second, payments_.at(at->second), is_of(hour, at->first));
  }
  return out;
}

std::vector<PaymentBook::Flow> PaymentBook::flows(WallTime since) const {
  std::vector<Flow> out;
  for (const auto& [key, brief] : payments_) {
    if (brief.settled_at && *brief.settled_at >= since)
      out.push_back({brief.direction, brief.peer, brief.channel, brief.amount, brief.fee, brief.end});
  }
  return out;
}

}  // namespace mycostr::payment
