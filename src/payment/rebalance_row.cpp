// The row of a RebalanceRun.
#include "mycostr/payment_rows.pb.h"
#include "payment/rebalancer.hpp"

namespace mycostr::payment {
namespace {

constexpr int kMaxEntries = 10'000;
constexpr std::size_t kMaxWhy = 200;

bool read_move(const proto::RebalanceMoveRow& row, RebalanceMove& out) {
  const auto last_hop = LightningKey::from(as_bytes(row.last_hop()));
  const auto hash = PaymentHash::from(as_bytes(row.hash()));
  if (!last_hop || (!hash && !row.hash().empty()) || row.why().size() > kMaxWhy ||
      row.result() > static_cast<std::uint32_t>(RebalanceMove::Result::failed)) {
    return false;
  }
  out = {.from = row.from(),
         .to = row.to(),
         .last_hop = *last_hop,
         .amount = Msat{row.amount_msat()},
         .max_fee = Msat{row.max_fee_msat()},
         .fee = Msat{row.fee_msat()},
         .hash = hash,
         .result = static_cast<RebalanceMove::Result>(row.result()),
         .why = row.why()};
  return true;
}

}  // namespace

std::string encode_row(const RebalanceRun& run) {
  proto::RebalanceRow row;
  row.set_at_unix_ms(to_unix_ms(run.at));
  row.set_dry_run(run.is_dry);
  for (const auto& move : run.moves) {
    auto& out = *row.add_moves();
    out.set_from(move.from);
    out.set_to(move.to);
    out.set_last_hop(std::string(move.last_hop.text()));
    out.set_amount_msat(move.amount.value);
    out.set_max_fee_msat(move.max_fee.value);
    out.set_fee_msat(move.fee.value);
    if (move.hash) out.set_hash(std::string(move.hash->text()));
    out.set_result(static_cast<std::uint32_t>(move.result));
    out.set_why(move.why.substr(0, kMaxWhy));
  }
  for (const auto& skip : run.skipped) {
    auto& out = *row.add_skipped();
    out.set_channel(skip.channel);
    out.set_why(skip.why.substr(0, kMaxWhy));
  }
  for (const auto& [at, msat] : run.fees) {
    auto& out = *row.add_fees();
    out.set_at_unix_ms(to_unix_ms(at));
    out.set_msat(msat.value);
  }
  return row.SerializeAsString();
}

Result<RebalanceRun> decode_rebalance_row(std::string_view bytes) {
  const auto corrupt = [] { return fail(Errc::corrupt, "the row of the last rebalancing"); };
  proto::RebalanceRow row;
  if (!row.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || row.moves_size() > kMaxEntries ||
      row.skipped_size() > kMaxEntries || row.fees_size() > kMaxEntries) {
    return corrupt();
  }
  RebalanceRun out{.at = from_unix_ms(row.at_unix_ms()), .is_dry = row.dry_run()};
  for (const auto& move : row.moves()) {
    out.moves.emplace_back();
    if (!read_move(move, out.moves.back())) return corrupt();
  }
  for (const auto& skip : row.skipped()) {
    if (skip.why().size() > kMaxWhy) return corrupt();
    out.skipped.push_back({skip.channel(), skip.why()});
  }
  for (const auto& fee : row.fees()) out.fees.emplace_back(from_unix_ms(fee.at_unix_ms()), Msat{fee.msat()});
  return out;
}

}  // namespace mycostr::payment
