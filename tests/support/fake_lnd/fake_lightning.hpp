// The fake network with its servers: several lnd in one process.
#pragma once

#include <filesystem>
#include <memory>

#include "lightning/access.hpp"
#include "support/fake_lnd/network.hpp"

namespace mycostr::test {

class FakeServer;

struct FakeOptions {
  std::size_t nodes = 3;
  std::int64_t funds_sat = 10'000'000;   ///< on-chain, each
  std::int64_t channel_sat = 1'000'000;  ///< each node opens one to the next, in a ring; 0: none
  std::int64_t push_sat = 0;             ///< of it, given to the next
  std::int64_t min_channel_sat = 100'000;
};

/// Node i is n<i>; its files are in <folder>/n<i>, its gRPC on a port of 127.0.0.1 that it keeps.
/// Thread-safe, but for kill() and start() of one node at once.
class FakeLightning {
 public:
  /// All nodes run when it returns. Throws std::runtime_error.
  FakeLightning(std::filesystem::path folder, FakeOptions options = {});
  ~FakeLightning();

  FakeNetwork& network() { return network_; }
  std::size_t size() const { return servers_.size(); }
  lightning::LndAccess access(std::size_t node) const;

  /// As kill -9: connections break, what is in flight stays in flight.
  void kill(std::size_t node);
  /// Again at the same address.
  void start(std::size_t node);
  /// Another macaroon; the old one is refused from now on.
  void renew_macaroon(std::size_t node);
  /// Another certificate. REQUIRES: the node is killed.
  void renew_certificate(std::size_t node);

 private:
  FakeNetwork network_;
  std::vector<std::unique_ptr<FakeServer>> servers_;
};

}  // namespace mycostr::test
