#include "engine/engine.hpp"

#include <algorithm>

#include "wire/upkeep.hpp"

namespace mycostr::engine {
namespace {
/// For the database and the log: a store that cannot write its index is of no use to anybody.
constexpr ByteCount kDiskMargin = 256_MiB;
/// What clients may keep waiting for their next byte is this part of the transfers' memory.
constexpr std::uint64_t kReadingShare = 4;
}  // namespace

Engine::Engine(Ports ports, const crypto::Identity& identity, const crypto::Keystore& keystore,
               EngineSettings settings)
    : ports_(ports),
      identity_(identity),
      settings_(std::move(settings)),
      reading_memory_(settings_.transfer_memory.value / kReadingShare),
      transfer_memory_(settings_.transfer_memory.value - reading_memory_.total()),
      directory_(identity.id(), settings_.network_id),
      own_record_(identity, ports.clock, settings_.network_id, settings_.record_life),
      performance_keeper_(ports.clock, ports.meta, performance_),
      scores_(settings_.audit.period),
      score_keeper_(ports.clock, ports.meta, scores_),
      online_watch_(ports.clock, scores_, settings_.audit.period, [this] { return look_for_holders(); }),
      dht_(
          ports.executor,
          {ports.clock, ports.random, ports.datagrams, ports.signer, wire::network_tag(settings_.network_id)},
          ports.transport, ports.meta, directory_, own_record_, identity.id(), settings_.dht),
      seeker_(ports.executor, ports.clock, directory_, [this](NodeId id) { return dht_.find(id); }),
      registration_(ports.meta, ports.chunks, ports.clock, settings_.holder_min_capacity,
                    [this] { offer_changed(); }),
      drain_(
          ports.clock, ports.meta, ports.chunks,
          [this](WallTime since) { return holder::leaving_receipts(agreements_, since); },
          [this] { offer_changed(); }),
      leaf_hashes_(ports.meta),
      shards_(identity, ports.clock, ports.crypto_pool, ports.chunks, drain_, leaf_hashes_),
      unclaimed_(ports.clock, ports.meta, ports.chunks, unclaimed_hooks()),
      lost_shards_(ports.clock, ports.meta, ports.chunks, leaf_hashes_),
      scrubber_(ports.clock, ports.crypto_pool, ports.meta, ports.chunks, lost_shards_, settings_.scrub),
      reporter_(ports.executor, ports.clock, ports.transport, identity, directory_, lost_shards_,
                [this](NodeId owner) { return dht_.find_owner(owner); }),
      agreements_(ports.meta),
      joins_(ports.meta),
      agreements_as_owner_(owner_ports(), agreements_, joins_),
      agreements_as_holder_(holder_ports(), agreements_),
      audits_(ports.meta, settings_.audit),
      prover_(
          {ports.executor, ports.clock, ports.random, ports.crypto_pool, ports.meta, ports.chunks, identity},
          agreements_, leaf_hashes_, audits_, settings_.audit),
      auditor_(auditor_ports(), agreements_, audits_, settings_.audit),
      standing_(ports.clock, ports.meta, identity.id(),
                [this](const NodeId& owner, const AgreementId& id) { return has_agreement_with(owner, id); }),
      verdict_sender_(ports.executor, ports.transport, identity, scores_,
                      [this](const NodeId& node) { return directory_.address_of(node); }),
      files_{ports.executor,    ports.clock,     ports.random,
             ports.crypto_pool, ports.transport, directory_,
             performance_,      scores_,         ports.geo,
             identity,          keystore,        transfer_memory_,
             reading_memory_,   settings_.files, [this] { return own_location(); }},
      catalog_(ports.meta, joins_),
      store_(files_, catalog_),
      retrieve_(files_, catalog_),
      cleaner_(files_, catalog_, agreements_as_owner_),
      repairs_(files_, catalog_, ports.meta, settings_.repair, repair_hooks()),
      payments_(payment_ports(), agreements_, settings_.payment),
      events_(ports.clock, ports.meta),
      background_(ports.executor, "node") {
  own_record_.set_endpoints(settings_.endpoints);
  dht_.on_rtt = [this](const NodeId& node, Duration rtt) {
    // Anybody may answer a datagram: only nodes that are known, not every passer-by, are remembered.
    if (directory_.find(node) != nullptr) performance_.record_rtt(node, rtt, ports_.clock.wall_now());
  };
  connect_upkeep();
  connect_payments();
}

std::optional<placement::Location> Engine::own_location() const {
  // Who offers nothing may have said all the same where it is.
  const auto& offer = registration_.offer();
  return placement::parse_location(offer ? offer->location : settings_.holder_location);
}

std::vector<reputation::Sighting> Engine::look_for_holders() const {
  std::vector<reputation::Sighting> out;
  for (const auto& [id, node] : directory_.nodes()) {
    const bool was_asked = node.answered || node.failing;
    const bool is_ours = agreements_.with(agreement::Role::owner, id) != nullptr;
    if ((node.record.is_holder || is_ours) && was_asked) out.push_back({id, !node.failing, is_ours});
  }
  // One whose record has expired, or never lived for long, is away all the same.
  for (const auto& id : agreements_.in_state(agreement::Role::owner, agreement::State::active)) {
    const auto& holder = agreements_.find(id)->peer;
    if (directory_.find(holder) == nullptr) out.push_back({holder, false, true});
  }
  return out;
}

agreement::OwnerPorts Engine::owner_ports() {
  return {ports_.executor,
          ports_.clock,
          ports_.random,
          ports_.crypto_pool,
          ports_.transport,
          ports_.meta,
          identity_,
          settings_.network_id,
          settings_.files.call,
          settings_.payment.max_price_msat_per_tb_month,
          [this](const NodeId& node) { return find_holder(node); },
          [this](const NodeId& node) { directory_.failed(node, ports_.clock.now()); },
          [this](const NodeId& node) { return auditor_.is_contained(node); },
          [this](const NodeId& node) { return auditor_.is_asking(node); },
          [this](const NodeId& holder) { scores_.record_denial(holder, ports_.clock.wall_now()); },
          [this](NodeId holder, std::vector<ShardId> shards) {
            return cleaner_.released(holder, std::move(shards));
          }};
}

agreement::HolderPorts Engine::holder_ports() {
  return {ports_.clock,
          ports_.crypto_pool,
          ports_.meta,
          ports_.chunks,
          identity_,
          settings_.network_id,
          [this] {
            return registration_.offer() ? std::optional(settings_.payment.price_msat_per_tb_month)
                                         : std::nullopt;
          },
          [this](const NodeId& owner) { return payments_.unpaid().accepts(owner); }};
}

std::optional<agreement::HolderContact> Engine::find_holder(const NodeId& node) const {
  const auto* known = directory_.find(node);
  auto address = directory_.address_of(node);
  if (known == nullptr || !address || !directory_.is_live(node)) return std::nullopt;
  return agreement::HolderContact{std::move(*address), known->record.public_key,
                                  known->record.price_msat_per_tb_month};
}

Task<Result<void>> Engine::open() {
  if (auto done = co_await registration_.open(settings_.holder_capacity, settings_.holder_location); !done) {
    co_return done;
  }
  if (auto done = co_await drain_.open(); !done) co_return done;
  if (auto done = co_await scrubber_.open(); !done) co_return done;
  if (auto done = co_await catalog_.open(); !done) co_return done;
  if (auto done = co_await agreements_.open(); !done) co_return done;
  if (auto done = co_await joins_.open(); !done) co_return done;
  if (auto done = co_await agreements_as_owner_.open(); !done) co_return done;
  if (auto done = co_await dht_.open(); !done) co_return done;
  if (auto done = co_await performance_keeper_.open(); !done) co_return done;
  if (auto done = co_await score_keeper_.open(); !done) co_return done;
  if (auto done = co_await audits_.open(); !done) co_return done;
  if (auto done = co_await auditor_.open(); !done) co_return done;
  if (auto done = co_await standing_.open(); !done) co_return done;
  if (auto done = co_await repairs_.open(); !done) co_return done;
  if (auto done = co_await payments_.open(); !done) co_return done;
  if (auto done = co_await events_.open(); !done) co_return done;
  ports_.transport.serve(*this);
  co_return Result<void>();
}

void Engine::start() {
  background_.spawn(dht_.run());
  background_.spawn(seeker_.run());
  start_without_dht();
}

void Engine::start_without_dht() {
  background_.spawn(performance_keeper_.run());
  background_.spawn(score_keeper_.run());
  background_.spawn(online_watch_.run());
  background_.spawn(agreements_as_owner_.run());
  background_.spawn(agreements_as_holder_.run());
  background_.spawn(auditor_.run());
  background_.spawn(standing_.run());
  background_.spawn(verdict_sender_.run());
  background_.spawn(repairs_.run());
  background_.spawn(cleaner_.run());
  background_.spawn(scrubber_.run());
  background_.spawn(unclaimed_.run());
  background_.spawn(reporter_.run());
  payments_.start(background_);
}

Task<> Engine::stop() {
  co_await background_.close();
}

Task<Result<PeerReply>> Engine::handle(PeerRequest& request) {
  auto reply = co_await answer(request);
  // What is free may have changed.
  refresh_offer();
  co_return reply;
}

Task<Result<PeerReply>> Engine::answer(PeerRequest& request) {
  const auto& operation = request.operation();
  if (operation == wire::operations::kHello) co_return co_await dht_.handle_hello(request);
  if (operation == wire::operations::kPutShard) co_return co_await shards_.handle_put(request);
  if (operation == wire::operations::kOfferShard) co_return co_await shards_.handle_offer(request);
  if (operation == wire::operations::kGetShard) co_return co_await shards_.handle_get(request);
  if (operation == wire::operations::kDeleteShards) co_return co_await shards_.handle_delete(request);
  if (operation == wire::operations::kLostShards) co_return co_await reporter_.handle_lost(request);
  if (operation == wire::operations::kProposeAgreement) {
    co_return co_await agreements_as_holder_.handle_propose(request);
  }
  if (operation == wire::operations::kChangeAgreement) {
    co_return co_await agreements_as_holder_.handle_change(request);
  }
  if (operation == wire::operations::kChallenge) co_return co_await prover_.handle_challenge(request);
  if (operation == wire::operations::kTellVerdict) co_return standing_.handle_verdict(request);
  if (payment::Payments::answers(operation)) co_return co_await payments_.handle(request);
  co_return fail(Errc::not_found, "unknown operation");
}

void Engine::refresh_offer() {
  const auto& offer = registration_.offer();
  if (!offer) return own_record_.set_offer(std::nullopt);
  const auto usage = ports_.chunks.usage();
  const auto taken = std::min(usage.used + usage.reserved, offer->capacity);
  // Nodes that do not know what draining is see that there is no room.
  const auto free = drain_.is_draining() ? ByteCount() : std::min(offer->capacity - taken, room_on_disk());
  own_record_.set_offer(dht::HolderOffer{offer->capacity, free, offer->location,
                                         settings_.payment.price_msat_per_tb_month, drain_.is_draining()});
}

ByteCount Engine::room_on_disk() const {
  if (!disk_free_) return ByteCount{UINT64_MAX};
  const auto kept_free = std::min(*disk_free_, kDiskMargin);
  const auto usage = ports_.chunks.usage();
  const auto since_then = usage.used - std::min(usage.used, used_then_);
  const auto room = *disk_free_ - kept_free;
  return room - std::min(room, usage.reserved + since_then);
}

void Engine::note_disk_free(ByteCount free) {
  const auto before = room_on_disk();
  disk_free_ = free;
  used_then_ = ports_.chunks.usage().used;
  // Not for every shard that comes or goes.
  if ((room_on_disk().value == 0) != (before.value == 0)) return offer_changed();
  refresh_offer();
}

void Engine::offer_changed() {
  refresh_offer();
  dht_.announce();
}

}  // namespace mycostr::engine
