// Port: a Lightning wallet. The daemon's is an lnd over gRPC, or none; the simulator's is a network of
// virtual ones.
//
// A payment is named by its hash. What a call's error leaves open (did it leave? did it arrive?) is never
// guessed: track() and find_invoice() tell, after a crash too.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/task.hpp"
#include "base/time.hpp"
#include "base/units.hpp"

namespace mycostr {

enum class WalletState {
  none,       ///< this node has no wallet: nothing is ever paid
  offline,    ///< does not answer
  locked,     ///< waits for its password
  starting,   ///< answers, and is not ready yet
  unsynced,   ///< does not know the newest blocks
  forbidden,  ///< refuses this node's macaroon
  ready
};

struct WalletStatus {
  WalletState state = WalletState::none;
  std::string detail = {};                  ///< for people
  std::optional<LightningKey> key = {};     ///< this wallet's node, where it is known
  std::vector<std::string> addresses = {};  ///< "host:port" where other Lightning nodes reach it; at most 8
  std::uint32_t height = 0;                 ///< of the newest block known
};

struct NewInvoice {
  Preimage preimage;
  Msat amount;
  Digest description_hash;
  std::chrono::seconds expiry{3600};
};

struct Invoice {
  enum class State { open, accepted, settled, cancelled };
  PaymentHash hash;
  std::string request;  ///< BOLT 11
  Msat amount;
  WallTime expires;
  State state = State::open;
  Msat paid = {};  ///< 0 unless settled
  std::optional<WallTime> settled_at = {};
  std::uint64_t channel = 0;  ///< by which it came; 0: not known
};

/// What a payment request (BOLT 11) asks for.
struct DecodedInvoice {
  PaymentHash hash;
  LightningKey payee;
  Msat amount;
  Digest description_hash;  ///< zero where it has none
  WallTime created;
  WallTime expires;
};

struct SendRequest {
  std::string invoice;                           ///< BOLT 11
  Msat max_fee;                                  ///< 0: only routes that are free
  Duration timeout = std::chrono::seconds(60);   ///< no new attempts after it; those under way go on
  std::vector<std::uint64_t> out_channels = {};  ///< empty: any
  std::optional<LightningKey> last_hop = {};     ///< pays this wallet's own invoice, coming in from there
};

enum class PaymentFailure {
  none,
  timeout,
  no_route,              ///< also: the payee is offline, or every route costs more than max_fee
  insufficient_balance,  ///< also: the channels that have it are inactive
  incorrect_details,     ///< the payee does not know it, or has cancelled it
  expired,               ///< the invoice is past its time
  other
};

struct PaymentStatus {
  enum class State {
    unknown,    ///< never left: the wallet does not know the hash
    in_flight,  ///< may still arrive
    succeeded,
    failed  ///< final; the same invoice may be sent again
  };
  State state = State::unknown;
  std::optional<Preimage> preimage = {};  ///< where it succeeded
  Msat fee = {};
  std::uint64_t channel = 0;        ///< the first one it took; 0: not known
  std::uint32_t expiry_height = 0;  ///< in flight: from this block on no part of it can arrive; 0: not known
  PaymentFailure failure = PaymentFailure::none;
};

struct Channel {
  std::uint64_t id = 0;  ///< BOLT 7 short channel id; may be 0 until it is confirmed
  std::string point;     ///< "txid:index" of the funding output
  LightningKey peer;
  std::uint64_t capacity_sat = 0;
  Msat local;  ///< what this wallet has in it
  Msat remote;
  bool is_active = false;
  bool is_opener = false;
  std::vector<PaymentHash> pending = {};  ///< payments under way in it
};

struct PendingChannel {
  LightningKey peer;
  std::string point;
  std::uint64_t capacity_sat = 0;
  bool is_opening = true;  ///< else it is closing
};

/// Loop thread only. Errors of all calls: unreachable (not sent, or the wallet is offline, locked or
/// starting), timeout and closed (it may have been carried out), forbidden (the macaroon), invalid, internal;
/// and those named. Calls may be cancelled; what they asked for may happen all the same.
class Wallet {
 public:
  virtual ~Wallet() = default;

  /// Never fails: what is wrong is the answer.
  virtual Task<WalletStatus> status() = 0;

  // As payee.
  /// The same preimage and amount again give the same invoice. Errors: exists (the preimage with another
  /// amount).
  virtual Task<Result<Invoice>> add_invoice(NewInvoice invoice) = 0;
  /// Errors: not_found.
  virtual Task<Result<Invoice>> find_invoice(PaymentHash hash) = 0;
  /// Nobody can pay it any more, for good. Again is fine. Errors: not_found, conflict (it is settled).
  virtual Task<Result<void>> cancel_invoice(PaymentHash hash) = 0;
  /// Called on the loop when one was settled: a hint that may be missed, or come twice, so look at
  /// find_invoice() now and then. Set before use; empty again before what it refers to goes.
  std::function<void(const PaymentHash&)> on_settled;

  // As payer.
  virtual Task<Result<DecodedInvoice>> decode(std::string invoice) = 0;
  /// Returns when the outcome is final, or with in_flight where the wallet stopped telling, or tells of none
  /// half a minute after the timeout: then track(). An invoice past its time fails with `expired`. Errors:
  /// exists (it is in flight, or paid, already: track() tells).
  virtual Task<Result<PaymentStatus>> send(SendRequest request) = 0;
  /// What the wallet knows of it now; does not wait for an outcome.
  virtual Task<Result<PaymentStatus>> track(PaymentHash hash) = 0;

  // Channels.
  virtual Task<Result<std::vector<Channel>>> channels() = 0;
  virtual Task<Result<std::vector<PendingChannel>>> pending_channels() = 0;
  /// On-chain funds that may be spent, in sat.
  virtual Task<Result<std::uint64_t>> funds_sat() = 0;
  /// `address` is "host:port"; connected already is fine. Errors: unreachable (also: the other node).
  virtual Task<Result<void>> connect(LightningKey peer, std::string address) = 0;
  /// Returns the funding output once the channel is pending. Not idempotent: look at pending_channels() and
  /// channels() before trying again. Errors: not_enough (funds), conflict (the peer refuses; detail says
  /// why).
  virtual Task<Result<std::string>> open_channel(LightningKey peer, std::uint64_t capacity_sat) = 0;
};

}  // namespace mycostr
