// What is paid at once: pure. Owner and holder come to the same settlement, each from its own ledger.
#pragma once

#include "base/ids.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "crypto/sha256.hpp"
#include "payment/settings.hpp"

namespace mycostr::payment {

/// Random; names a payment's record here.
using PaymentId = FixedBytes<struct PaymentIdTag, 16>;

/// The agreed statements of one agreement that are paid together: from the first one since the last
/// settlement that amounts to anything, through `last`.
struct Settlement {
  AgreementId agreement;
  NodeId peer;
  std::uint64_t number = 0;  ///< 1, 2, ... in the agreement
  std::uint64_t first = 0;   ///< statement numbers
  std::uint64_t last = 0;
  WallTime start;  ///< of the first
  WallTime end;    ///< of the last
  Msat amount;     ///< > 0
  Digest digest;   ///< description hash of its invoice
  bool operator==(const Settlement&) const = default;
};

/// SHA-256("mycostr/settlement/1" || agreement || number (8) || SHA-256 of each statement's payload, in
/// order)
class SettlementDigest {
 public:
  SettlementDigest(const AgreementId& agreement, std::uint64_t number);
  void add(ByteView statement_payload);
  Digest finish() { return hash_.finish(); }

 private:
  crypto::Sha256 hash_;
};

struct Account;

enum class Due {
  nothing,
  threshold,  ///< as much is owed as is paid at once
  age,        ///< owed for so long
  end,        ///< the agreement's last statement is agreed
  waived      ///< likewise, and what is left is too little to be paid: marked settled without a payment
};

/// Whether the owner is to pay now what an account owes.
Due settlement_due(const Account& account, const Settings& settings, WallTime now);

}  // namespace mycostr::payment
