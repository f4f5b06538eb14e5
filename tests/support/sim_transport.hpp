// One node's end of the simulated network.
#pragma once

#include "async/task_group.hpp"
#include "support/sim_network.hpp"

namespace mycostr::test {

/// Calls fail as real ones do: refused, silent, cut, with the request lost or only its answer. Requests of
/// others run as tasks of this node's life, and their answers go with it. Loop thread only.
class SimTransport final : public Transport {
 public:
  SimTransport(SimNetwork& network, std::size_t number, PeerIdentity identity, const Power& power)
      : network_(network), number_(number), identity_(identity), power_(power) {}

  Task<Result<PeerReply>> call(PeerAddress to, PeerCall call, CallLimits limits) override;
  void serve(PeerHandler& handler) override { handler_ = &handler; }
  std::size_t connection_count() const override { return calls_out_ + (serving_ ? serving_->size() : 0); }

  std::size_t number() const { return number_; }
  /// Once the power is on.
  void begin_life();
  /// Ends what is being served; after the power has gone.
  Task<> end_life();

 private:
  struct Exchange;
  class Request;
  class Outcome;

  Task<Result<SimTransport*>> connect(const PeerAddress& to, const CallLimits& limits);
  Task<Result<SimTransport*>> connect_at(const Endpoint& endpoint, const std::optional<NodeId>& id,
                                         Duration limit);
  Task<Result<PeerReply>> exchange_with(SimTransport& peer, PeerCall call, const CallLimits& limits);
  Task<> serve_one(Outcome outcome);
  Task<Result<PeerReply>> cut_off(Duration limit);
  void note(std::size_t peer, std::string_view operation, const Result<PeerReply>& reply);

  SimNetwork& network_;
  const std::size_t number_;
  const PeerIdentity identity_;
  const Power& power_;
  PeerHandler* handler_ = nullptr;
  std::unique_ptr<async::TaskGroup> serving_;
  std::size_t calls_out_ = 0;
};

}  // namespace mycostr::test
