// The part of PaymentBook that keeps the totals of each day and peer.
#include "mycostr/payment_rows.pb.h"
#include "payment/payment_book.hpp"

namespace mycostr::payment {
namespace {

constexpr std::string_view kTotals = "pt/";
constexpr std::size_t kRowsAtOnce = 1000;

std::uint32_t day_of(WallTime time) {
  const auto days = std::chrono::floor<std::chrono::days>(time).time_since_epoch().count();
  return static_cast<std::uint32_t>(std::max<std::int64_t>(days, 0));
}

std::string row_of(std::uint32_t day, const NodeId& peer) {
  std::string out(kTotals);
  append_be32(out, day);
  return out + std::string(peer.text());
}

void add(PaymentTotals& to, const PaymentTotals& more) {
  to.out.value += more.out.value;
  to.in.value += more.in.value;
  to.fees.value += more.fees.value;
  to.payments += more.payments;
}

PaymentTotals totals_of(const Payment& payment) {
  PaymentTotals out{.payments = 1};
  if (payment.direction == Direction::in) {
    out.in = payment.settlement.amount;
  } else {
    out.out = payment.settlement.amount;
    out.fees = payment.fee;
  }
  return out;
}

}  // namespace

std::string encode_totals_row(const PaymentTotals& totals) {
  proto::PaymentTotalsRow row;
  row.set_out_msat(totals.out.value);
  row.set_in_msat(totals.in.value);
  row.set_fees_msat(totals.fees.value);
  row.set_payments(totals.payments);
  return row.SerializeAsString();
}

Result<PaymentTotals> decode_totals_row(std::string_view bytes) {
  proto::PaymentTotalsRow row;
  const bool fits = row.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) && row.out_msat() >= 0 &&
                    row.in_msat() >= 0 && row.fees_msat() >= 0;
  if (!fits) return fail(Errc::corrupt, "the totals of payments");
  return PaymentTotals{{row.out_msat()}, {row.in_msat()}, {row.fees_msat()}, row.payments()};
}

Task<Result<void>> PaymentBook::open_totals() {
  for (std::string after;;) {
    const auto rows = co_await store_.scan({std::string(kTotals), after, kRowsAtOnce});
    if (!rows) co_return std::unexpected(rows.error());
    for (const auto& row : *rows) {
      after = row.key;
      const auto key = as_bytes(row.key).subspan(kTotals.size());
      const auto totals = decode_totals_row(row.value);
      if (!totals) co_return std::unexpected(totals.error());
      if (key.size() != 4 + NodeId::kSize) co_return fail(Errc::corrupt, "the key of payments' totals");
      add(by_day_[read_be32(key.first(4))], *totals);
      add(by_peer_[*NodeId::from(key.subspan(4))], *totals);
    }
    if (rows->size() < kRowsAtOnce) co_return Result<void>();
  }
}

Task<Result<void>> PaymentBook::append_totals(const Payment& payment, WriteBatch& batch) {
  const auto name = row_of(day_of(*payment.settled_at), payment.settlement.peer);
  const auto row = co_await store_.get(name);
  if (!row) co_return std::unexpected(row.error());
  PaymentTotals totals;
  if (*row) {
    const auto before = decode_totals_row(**row);
    if (!before) co_return std::unexpected(before.error());
    totals = *before;
  }
  add(totals, totals_of(payment));
  batch.put(name, encode_totals_row(totals));
  co_return Result<void>();
}

void PaymentBook::count(const Payment& payment) {
  add(by_day_[day_of(*payment.settled_at)], totals_of(payment));
  add(by_peer_[payment.settlement.peer], totals_of(payment));
}

}  // namespace mycostr::payment
