// The fake network's nodes and channels, as lnd would know them. Everything is under the network's mutex.
#pragma once

#include <grpcpp/support/status.h>

#include <array>
#include <chrono>
#include <map>
#include <set>
#include <vector>

#include "base/ids.hpp"
#include "base/units.hpp"
#include "lnd/lightning.pb.h"
#include "lnd/state.pb.h"

namespace mycostr::test {

/// What becomes of a send that gets stuck.
enum class Stick {
  lost,  ///< it stays in flight for ever, and no channel holds anything of it
  held   ///< it stays in its channels until FakeNetwork::release()
};

/// What goes wrong at one node. Methods are named without their service: "AddInvoice".
struct Faults {
  lnrpc::WalletState state = lnrpc::SERVER_ACTIVE;
  bool is_synced = true;
  std::chrono::milliseconds delay{0};             ///< before each answer
  bool repeats_events = false;                    ///< SubscribeInvoices tells everything twice
  std::set<std::string> denied;                   ///< methods that the macaroon does not allow
  std::map<std::string, grpc::Status> fail_next;  ///< the method's next call ends so, and does nothing
  std::set<std::string> lose_next;                ///< the method's next call is carried out, its answer lost
  std::optional<Stick> stick_next;                ///< the next send
  std::optional<lnrpc::PaymentFailureReason> fail_next_payment;
};

/// One side of a channel, on a payment's way.
struct Leg {
  std::size_t channel;
  int side;  ///< whose money moves: 0 or 1
  std::int64_t msat;
};

struct FakePayment {
  lnrpc::Payment message;
  lnrpc::PayReq terms;
  std::vector<Leg> path;  ///< empty: nothing of it is in any channel
};

struct FakeNode {
  std::string name;
  LightningKey key;
  std::string address;  ///< "host:port", made up: nobody listens there
  bool is_online = true;
  std::int64_t funds_sat = 0;
  std::set<std::size_t> connected = {};  ///< peers
  std::map<PaymentHash, lnrpc::Invoice> invoices = {};
  std::map<PaymentHash, FakePayment> payments = {};
  std::vector<lnrpc::Invoice> events = {};  ///< what SubscribeInvoices tells
  std::uint64_t settled = 0;                ///< the last settle_index
  std::uint64_t stream_generation = 0;      ///< streams of an earlier one end
  Faults faults = {};
};

struct FakeChannel {
  std::array<std::size_t, 2> ends;  ///< the first has opened it
  std::string txid;                 ///< 32 bytes
  std::uint64_t id = 0;             ///< 0: not confirmed
  std::int64_t capacity_sat = 0;
  std::array<std::int64_t, 2> msat{};
  std::vector<PaymentHash> pending = {};
  /// Neither side may spend its last hundredth.
  std::int64_t spendable(int side) const { return std::max<std::int64_t>(0, msat[side] - capacity_sat * 10); }
};

}  // namespace mycostr::test
