// Datagrams between nodes of one process: each arrives a moment later, while the receiver can be reached.
#pragma once

#include <functional>
#include <map>

#include "mycostr/datagrams.hpp"
#include "support/virtual_clock.hpp"

namespace mycostr::test {

/// Loop thread only. `net` and the clock outlive it.
class LocalDatagrams final : public Datagrams {
 public:
  using Net = std::map<UdpAddress, LocalDatagrams*>;

  LocalDatagrams(VirtualClock& clock, Net& net, UdpAddress address, std::function<bool()> is_reachable)
      : clock_(clock), net_(net), address_(address), is_reachable_(std::move(is_reachable)) {
    net_[address_] = this;
  }
  ~LocalDatagrams() override { net_.erase(address_); }
  LocalDatagrams(const LocalDatagrams&) = delete;
  LocalDatagrams& operator=(const LocalDatagrams&) = delete;

  void send(const UdpAddress& to, ByteView bytes) override {
    if (!is_reachable_()) return;
    clock_.call_at(clock_.now() + std::chrono::milliseconds(1),
                   [&net = net_, from = address_, to, copy = Bytes(bytes.begin(), bytes.end())] {
                     const auto at = net.find(to);
                     if (at == net.end() || at->second->handler_ == nullptr || !at->second->is_reachable_())
                       return;
                     at->second->handler_->received(from, copy);
                   });
  }
  void serve(DatagramHandler& handler) override { handler_ = &handler; }
  /// Literal addresses only.
  Task<Result<std::vector<UdpAddress>>> resolve(Endpoint endpoint) override {
    const auto address = to_udp(endpoint);
    if (!address) co_return fail(Errc::unreachable, "no names here");
    co_return std::vector{*address};
  }

 private:
  VirtualClock& clock_;
  Net& net_;
  const UdpAddress address_;
  const std::function<bool()> is_reachable_;
  DatagramHandler* handler_ = nullptr;
};

}  // namespace mycostr::test
