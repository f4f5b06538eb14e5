// A small Lightning network in virtual time: nodes, channels with balances, routes of up to three hops. It
// behaves as the real one was seen to (docs/channels.md), also when a node ends in the middle of a payment.
#pragma once

#include <array>
#include <list>
#include <map>
#include <memory>
#include <vector>

#include "mycostr/wallet.hpp"
#include "support/seeded_random.hpp"
#include "support/virtual_clock.hpp"

namespace mycostr::test {

class SimWallet;

/// A payment that arrived.
struct SimPaid {
  PaymentHash hash;
  LightningKey payer;
  LightningKey payee;
  Msat amount;
  Msat fee;
  Digest description_hash;
};

/// Where payments get to that do not end by themselves.
enum class SimHold {
  none,
  at_payee,   ///< accepted there: it ends when the payee cancels, or lets go (settle_held())
  on_the_way  ///< jammed at a node in between: listed in the payer's channel until the timelock ends it
};

/// Loop thread only. References outlive it, and the clock runs nothing of it once it has gone.
class SimLightning {
 public:
  static constexpr std::size_t kMaxHops = 3;
  static constexpr std::uint64_t kMinChannelSat = 100'000;
  static constexpr std::uint64_t kChainFeeSat = 300;     ///< paid by who opens a channel, lost to all
  static constexpr std::uint64_t kCommitFeeSat = 3'000;  ///< set apart of what the opener has in it
  static constexpr std::uint32_t kConfirmations = 3;

  SimLightning(VirtualClock& clock, std::uint64_t seed);
  ~SimLightning();
  SimLightning(const SimLightning&) = delete;
  SimLightning& operator=(const SimLightning&) = delete;

  /// A node that runs, with this much on the chain.
  SimWallet& add(std::uint64_t funds_sat);
  /// A channel that is confirmed already; its id. Paid out of the opener's funds.
  std::uint64_t open(SimWallet& opener, SimWallet& other, std::uint64_t capacity_sat,
                     std::uint64_t pushed_sat = 0);
  void mine(std::uint32_t blocks = 1);
  std::uint32_t height() const { return height_; }

  /// Payments sent from now on get there.
  void set_hold(SimHold hold) { hold_ = hold; }
  /// What payees hold arrives.
  void settle_held();
  /// In `per_mille` of the sends the payer's node believes for ever that it is in flight, though nothing
  /// left.
  void set_phantoms(std::uint64_t per_mille) { phantoms_ = per_mille; }

  /// In the order they arrived.
  const std::vector<SimPaid>& paid() const { return paid_; }
  /// Payments that are neither settled nor failed.
  std::size_t in_flight() const { return flights_.size(); }
  /// What is wrong with the books: empty, or for people. Channels hold what was put in, nothing was paid
  /// twice.
  std::string check() const;

 private:
  friend class SimWallet;

  struct Channel {
    std::uint64_t id = 0;
    std::string point;
    std::array<std::size_t, 2> ends{};  ///< the first one opened it
    std::uint64_t capacity_sat = 0;
    std::array<std::int64_t, 2> msat{};
    std::uint32_t confirmed_at = 0;  ///< height
  };
  struct Hop {
    std::size_t channel = 0;
    std::size_t from = 0;  ///< 0 or 1: the end that gives
    std::int64_t msat = 0;
  };
  enum class Stage { leaving, going, held, settled, failed };
  struct Flight {
    PaymentHash hash;
    std::size_t payer = 0;
    std::size_t payee = 0;
    Msat amount;
    Digest description_hash;
    std::vector<Hop> hops;
    std::size_t locked = 0;  ///< hops that carry it
    SimHold hold = SimHold::none;
    Stage stage = Stage::leaving;
    std::uint32_t expiry_height = 0;
    PaymentFailure failure = PaymentFailure::none;
    std::optional<Preimage> preimage = {};
    bool is_parked = false;
  };
  using Flights = std::map<std::uint64_t, Flight>;

  SimWallet& wallet(std::size_t node) { return *wallets_[node]; }
  const SimWallet& wallet(std::size_t node) const { return *wallets_[node]; }
  SimWallet* find(const LightningKey& key);
  std::size_t receiver(const Hop& hop) const { return channels_[hop.channel].ends[1 - hop.from]; }
  bool is_confirmed(const Channel& channel) const { return height_ >= channel.confirmed_at; }
  bool is_active(const Channel& channel) const;
  std::int64_t spendable(const Channel& channel, std::size_t end) const;

  /// The cheapest way there is; nothing, or why not.
  std::expected<std::vector<Hop>, PaymentFailure> route(std::size_t payer, const DecodedInvoice& invoice,
                                                        const SendRequest& request) const;
  /// The number of the flight.
  std::uint64_t launch(std::size_t payer, const DecodedInvoice& invoice, std::vector<Hop> hops);
  Channel& add_channel(std::size_t opener, std::size_t other, std::uint64_t capacity_sat);

  void step_later(std::uint64_t flight);
  void step(std::uint64_t flight);
  void forward(std::uint64_t number, Flight& flight);
  void arrive(std::uint64_t number, Flight& flight);
  void settle(std::uint64_t number, Flight& flight);
  void fail_back(std::uint64_t number, Flight& flight, PaymentFailure why);
  void report(Flights::iterator at);
  /// A node has ended: of what was just leaving it some is lost track of.
  void ended(std::size_t node);
  /// A node is back: what waited for it goes on.
  void returned(std::size_t node);
  void cancelled(std::size_t payee, const PaymentHash& hash);
  bool lists(const Flight& flight) const { return flight.stage != Stage::leaving; }

  VirtualClock& clock_;
  SeededRandom random_;
  std::uint32_t height_ = 800'000;
  SimHold hold_ = SimHold::none;
  std::uint64_t phantoms_ = 0;
  std::vector<std::unique_ptr<SimWallet>> wallets_;
  std::vector<Channel> channels_;
  Flights flights_;
  std::uint64_t next_flight_ = 1;
  std::vector<SimPaid> paid_;
};

}  // namespace mycostr::test
