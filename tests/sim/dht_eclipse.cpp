#include "sim/dht_eclipse.hpp"

#include <algorithm>
#include <bit>

#include "crypto/identity.hpp"
#include "wire/owner_pointer.hpp"

namespace mycostr::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLookups = 50;

struct Tally {
  std::size_t nodes = 0;
  std::size_t pointers = 0;
};

void attack(DhtAdversary& adversary, const NodeId& target, const EclipseSettings& settings) {
  // Closer than any honest node is likely to be.
  const auto bits = std::bit_width(settings.nodes) + 4U;
  for (std::size_t i = 0; i < settings.keys; ++i) {
    std::optional<UdpAddress> address;
    if (settings.one_subnet) {
      address = UdpAddress{IpAddress::v4(9, 9, 9, static_cast<std::uint8_t>(i % 250 + 1)),
                           static_cast<std::uint16_t>(4081 + i / 250)};
    }
    adversary.add_near(target, bits, address);
  }
  adversary.join(target);
}

Bytes pointer_of(DhtWorld& world, const crypto::Identity& owner) {
  wire::OwnerPointer pointer;
  pointer.owner_key = owner.public_key();
  pointer.seq = 1;
  pointer.expires = world.wall_now() + 12h;
  pointer.endpoints = {Endpoint{"203.0.113.9", 4081}};
  return wire::encode_owner_pointer(std::move(pointer), owner);
}

void measure(DhtWorld& world, const NodeId& victim, const NodeId& owner, Tally& tally) {
  const auto found = std::make_shared<Tally>();
  for (std::size_t i = 0; i < kLookups; ++i) {
    auto* node = world.random_up();
    while (node->id() == victim) node = world.random_up();
    node->dht().find_nodes(
        victim, dht::Effort::disjoint_paths, [found, victim](const std::vector<dht::Contact>& contacts) {
          found->nodes += static_cast<std::size_t>(std::ranges::count(contacts, victim, &dht::Contact::id));
        });
    node->dht().find_value(owner,
                           [found](std::optional<Bytes> value) { found->pointers += value.has_value(); });
    world.tick_at(*node);
    world.run_for(500ms);
  }
  world.run_for(30s);
  tally.nodes += found->nodes;
  tally.pointers += found->pointers;
}

}  // namespace

/// The victim's node and its owner's pointer have ids of their own, so each is attacked by as many keys.
EclipseResult eclipse(const EclipseSettings& settings) {
  Tally tally;
  std::uint64_t tried = 0;
  for (std::size_t trial = 0; trial < settings.trials; ++trial) {
    DhtWorld world(settings.seed * 1000 + trial);
    world.grow(settings.nodes, 100ms);
    auto& victim = world.add();
    const crypto::Identity owner(world.random().make<crypto::Identity::Seed>());
    DhtAdversary adversary(world);
    const auto come = [&] {
      attack(adversary, victim.id(), settings);
      attack(adversary, owner.id(), settings);
    };
    if (settings.before_victim) come();
    victim.start();
    world.join(victim);
    world.run_for(30s);
    victim.dht().publish(owner.id(), pointer_of(world, owner), [](std::size_t) {});
    world.tick_at(victim);
    world.run_for(30s);
    if (!settings.before_victim) come();
    world.run_for(10min);
    measure(world, victim.id(), owner.id(), tally);
    tried += adversary.keys_tried();
  }
  const auto lookups = double(settings.trials * kLookups);
  return {double(tally.nodes) / lookups, double(tally.pointers) / lookups,
          double(tried) / double(2 * settings.keys * settings.trials)};
}

}  // namespace mycostr::sim
