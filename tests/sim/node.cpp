#include "sim/node.hpp"

#include <stdexcept>

namespace mycostr::sim {
namespace {

constexpr auto kFirstRecordLead = std::chrono::minutes(9);
constexpr auto kRecordLife = std::chrono::hours(12);
constexpr auto kDisk = 1_GiB;

crypto::Keystore::MasterKey master_key_of(const crypto::Identity& identity) {
  return crypto::Keystore::MasterKey{identity.id().bytes};
}

}  // namespace

SimNode::SimNode(Surroundings around, const crypto::Identity& identity, engine::EngineSettings settings,
                 std::uint64_t seed)
    : around_(around),
      identity_(identity),
      keystore_(master_key_of(identity)),
      settings_(std::move(settings)),
      seed_(seed),
      pool_(around.loop),
      meta_(around.clock, power_, around.trace, seed * 3 + 1),
      chunks_(around.clock, power_, around.trace, seed * 3 + 2, kDisk),
      transport_(
          around.network.add({identity.id(), identity.public_key()}, settings_.endpoints.front(), power_)),
      signer_(identity.public_key()),
      number_(transport_.number()) {}

Task<> SimNode::start() {
  power_.on();
  auto life =
      std::make_unique<Life>(Life{test::SeededRandom(seed_ * 1000 + power_.life()), nullptr, nullptr});
  const auto executor = around_.loop.get_executor();
  engine::Ports ports{executor, around_.clock, life->random, pool_,
                      meta_,    chunks_,       transport_,   around_.network.datagrams(transport_.number()),
                      signer_};
  ports.wallet = wallet_;
  life->users = std::make_unique<async::TaskGroup>(executor, "users");
  life->engine = std::make_unique<engine::Engine>(ports, identity_, keystore_, settings_);
  transport_.begin_life();
  if (const auto opened = co_await life->engine->open(); !opened) {
    throw std::runtime_error("a node does not start: " + to_string(opened.error()));
  }
  life_ = std::move(life);
  spread_probes();
  if (around_.runs_dht) {
    life_->engine->start();
  } else {
    life_->engine->start_without_dht();
  }
}

/// As if the probes of a network that has run for long went on: not everybody to everybody in the first
/// second.
void SimNode::spread_probes() {
  auto& directory = life_->engine->directory();
  const auto interval = static_cast<std::uint64_t>(settings_.dht.probe_interval.count());
  for (const auto& [id, node] : directory.nodes()) {
    directory.probe_later(id, around_.clock.now() + Duration(interval + life_->random.below(interval)));
  }
}

Task<> SimNode::crash(test::Crash kind) {
  power_.off();
  chunks_.crash();
  meta_.crash(kind);
  co_await transport_.end_life();
  co_await life_->users->close();
  co_await life_->engine->stop();
  life_.reset();
}

Task<> SimNode::stop() {
  co_await transport_.end_life();
  co_await life_->users->close();
  co_await life_->engine->stop();
  power_.off();
  life_.reset();
}

/// Told however the work ends, also where it never begins.
class SimNode::End {
 public:
  explicit End(std::shared_ptr<Work> work) : work_(std::move(work)) {}
  End(End&&) = default;
  End& operator=(End&&) = delete;
  ~End() {
    if (!work_) return;
    work_->has_ended = true;
    work_->ended.notify_all();
  }

 private:
  std::shared_ptr<Work> work_;
};

Task<> SimNode::do_and_tell(Task<> task, End) {
  co_await std::move(task);
}

Task<> SimNode::as_user(Task<> task) {
  if (!life_) co_return;
  auto work = std::make_shared<Work>();
  life_->users->spawn(do_and_tell(std::move(task), End(work)));
  while (!work->has_ended) co_await work->ended.wait();
}

Bytes SimNode::first_record(WallTime now) const {
  wire::NodeRecord record;
  // Newer than what the nodes sign at their start, which says the same: a thousand storms need not check each
  // of ten thousand signatures again.
  record.seq = static_cast<std::uint64_t>(to_unix_ms(now + kFirstRecordLead));
  record.public_key = identity_.public_key();
  record.endpoints = settings_.endpoints;
  record.is_holder = settings_.holder_capacity.value > 0;
  record.price_msat_per_tb_month = settings_.payment.price_msat_per_tb_month;
  record.location = settings_.holder_location;
  record.capacity = settings_.holder_capacity;
  record.free = settings_.holder_capacity;
  record.expires = now + kRecordLife;
  record.network_id = settings_.network_id;
  return wire::encode_record(record, identity_);
}

}  // namespace mycostr::sim
