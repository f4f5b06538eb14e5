// links: wire
#include "wire/statement.hpp"

#include "fuzz/entry.hpp"

namespace mycostr::fuzz {

void take(ByteView input) {
  static const crypto::Identity holder{crypto::Identity::Seed{}};
  if (const auto statement = wire::decode_statement(input)) {
    check(statement->number > 0);
    check(statement->start <= statement->end);
    check(statement->amount.value >= 0 && statement->amount <= statement->total);
    check(*wire::decode_statement(wire::encode(*statement)) == *statement);
  }
  if (const auto number = wire::wide_from(input)) check(wire::wide_from(wire::to_bytes(*number)) == number);
  // The input as what a holder has signed: a signature is not found by chance.
  const auto bytes = wire::sign_and_encode(holder, wire::kDisputePurpose, Bytes(input.begin(), input.end()));
  const auto own = wire::decode_own_figures(bytes, holder.public_key());
  if (!own) return;
  check(*wire::decode_own_figures(wire::encode_own_figures(*own, holder), holder.public_key()) == *own);
}

}  // namespace mycostr::fuzz
