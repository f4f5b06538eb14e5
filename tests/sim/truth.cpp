#include "sim/truth.hpp"

namespace mycostr::sim {
namespace {
constexpr auto kLook = std::chrono::minutes(5);
constexpr auto kRtt = std::chrono::milliseconds(60);
}  // namespace

Task<> Truth::run(std::size_t owners) {
  for (;;) {
    for (std::size_t owner = 0; owner < owners; ++owner) tell(owner);
    co_await world_.clock().sleep_for(kLook);
  }
}

void Truth::tell(std::size_t owner) {
  if (!world_.node(owner).is_up()) return;
  auto& directory = world_.node(owner).engine().directory();
  const auto now = world_.clock().now();
  for (const auto& node : world_.nodes()) {
    if (node->number() == owner || directory.find(node->id()) == nullptr) continue;
    const bool is_parted = owner == 0 && parted_.contains(node->number());
    if (node->is_up() && !is_parted) {
      directory.answered(node->id(), kRtt, now, world_.clock().wall_now());
    } else {
      directory.failed(node->id(), now);
    }
  }
}

void Truth::introduce(std::size_t newcomer, std::size_t owners) {
  const auto record = world_.node(newcomer).first_record(world_.clock().wall_now());
  for (std::size_t owner = 0; owner < owners; ++owner) {
    if (world_.node(owner).is_up()) {
      (void)world_.node(owner).engine().directory().learn(record, world_.clock().wall_now());
    }
  }
}

void Truth::introduce_all_to(std::size_t owner) {
  for (const auto& node : world_.nodes()) {
    if (node->number() == owner || !node->is_up()) continue;
    const auto record = node->first_record(world_.clock().wall_now());
    (void)world_.node(owner).engine().directory().learn(record, world_.clock().wall_now());
  }
  tell(owner);
}

}  // namespace mycostr::sim
