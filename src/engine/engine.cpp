#include "engine/engine.hpp"

#include <algorithm>

namespace mycostr::engine {
namespace {
constexpr auto kOfferRefresh = std::chrono::seconds(5);
}  // namespace

Engine::Engine(Ports ports, const crypto::Identity& identity, const crypto::Keystore& keystore,
               EngineSettings settings)
    : ports_(ports),
      identity_(identity),
      settings_(std::move(settings)),
      transfer_memory_(settings_.transfer_memory.value),
      directory_(identity.id(), settings_.network_id),
      own_record_(identity, ports.clock, settings_.network_id, settings_.record_life),
      performance_keeper_(ports.clock, ports.meta, performance_),
      dht_(
          ports.executor,
          {ports.clock, ports.random, ports.datagrams, ports.signer, wire::network_tag(settings_.network_id)},
          ports.transport, ports.meta, directory_, own_record_, identity.id(), settings_.dht),
      registration_(ports.meta, ports.chunks, ports.clock, settings_.holder_min_capacity,
                    [this] { offer_changed(); }),
      shards_(identity, ports.clock, ports.crypto_pool, ports.chunks),
      files_{ports.executor,
             ports.clock,
             ports.random,
             ports.crypto_pool,
             ports.transport,
             directory_,
             performance_,
             ports.geo,
             identity,
             keystore,
             transfer_memory_,
             settings_.files,
             [this] { return own_location(); }},
      catalog_(ports.meta),
      store_(files_, catalog_),
      retrieve_(files_, catalog_),
      cleaner_(files_, catalog_),
      background_(ports.executor, "node") {
  own_record_.set_endpoints(settings_.endpoints);
  dht_.on_outcome = [this](const NodeId& node, bool answered, std::optional<Duration> rtt) {
    // Anybody may answer a datagram: only nodes that are known, not every passer-by, are remembered.
    if (directory_.find(node) == nullptr) return;
    performance_.record_call(node, answered, rtt, ports_.clock.wall_now());
  };
}

std::optional<placement::Location> Engine::own_location() const {
  const auto& offer = registration_.offer();
  return offer ? placement::parse_location(offer->location) : std::nullopt;
}

Task<Result<void>> Engine::open() {
  if (auto done = co_await registration_.open(settings_.holder_capacity, settings_.holder_location); !done) {
    co_return done;
  }
  if (auto done = co_await catalog_.open(); !done) co_return done;
  if (auto done = co_await dht_.open(); !done) co_return done;
  if (auto done = co_await performance_keeper_.open(); !done) co_return done;
  ports_.transport.serve(*this);
  co_return Result<void>();
}

void Engine::start() {
  background_.spawn(dht_.run());
  background_.spawn(performance_keeper_.run());
  background_.spawn(cleaner_.run());
  background_.spawn(keep_offer_fresh());
}

Task<> Engine::stop() {
  co_await background_.close();
}

Task<Result<PeerReply>> Engine::handle(PeerRequest& request) {
  const auto& operation = request.operation();
  if (operation == wire::operations::kHello) co_return co_await dht_.handle_hello(request);
  if (operation == wire::operations::kPutShard) co_return co_await shards_.handle_put(request);
  if (operation == wire::operations::kGetShard) co_return co_await shards_.handle_get(request);
  if (operation == wire::operations::kDeleteShards) co_return co_await shards_.handle_delete(request);
  co_return fail(Errc::not_found, "unknown operation");
}

void Engine::refresh_offer() {
  const auto& offer = registration_.offer();
  if (!offer) return own_record_.set_offer(std::nullopt);
  const auto usage = ports_.chunks.usage();
  const auto taken = std::min(usage.used + usage.reserved, offer->capacity);
  own_record_.set_offer(dht::HolderOffer{offer->capacity, offer->capacity - taken, offer->location, 0});
}

void Engine::offer_changed() {
  refresh_offer();
  dht_.announce();
}

Task<> Engine::keep_offer_fresh() {
  for (;;) {
    co_await ports_.clock.sleep_for(kOfferRefresh);
    refresh_offer();
  }
}

}  // namespace mycostr::engine
