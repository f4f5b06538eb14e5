#include "support/fake_lnd/fake_lightning.hpp"

#include "support/fake_lnd/server.hpp"

namespace mycostr::test {

FakeLightning::FakeLightning(std::filesystem::path folder, FakeOptions options)
    : network_(options.min_channel_sat) {
  for (std::size_t i = 0; i < options.nodes; ++i) {
    const auto name = "n" + std::to_string(i);
    network_.add_node(name, options.funds_sat);
    servers_.push_back(std::make_unique<FakeServer>(network_, i, folder / name));
    servers_.back()->start();
  }
  if (options.channel_sat == 0 || options.nodes < 2) return;
  const auto rings = options.nodes == 2 ? 1 : options.nodes;
  for (std::size_t i = 0; i < rings; ++i) {
    network_.add_channel(i, (i + 1) % options.nodes, options.channel_sat, options.push_sat);
  }
}

FakeLightning::~FakeLightning() = default;

lightning::LndAccess FakeLightning::access(std::size_t node) const {
  return servers_.at(node)->access();
}

void FakeLightning::kill(std::size_t node) {
  network_.set_online(node, false);
  servers_.at(node)->kill();
}

void FakeLightning::start(std::size_t node) {
  servers_.at(node)->start();
  network_.set_online(node, true);
}

void FakeLightning::renew_macaroon(std::size_t node) {
  servers_.at(node)->renew_macaroon();
}

void FakeLightning::renew_certificate(std::size_t node) {
  servers_.at(node)->renew_certificate();
}

}  // namespace mycostr::test
