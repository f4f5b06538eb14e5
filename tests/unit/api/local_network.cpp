#include "local_network.hpp"

#include "support/local_request.hpp"

namespace mycostr::api::test {
namespace {

constexpr std::uint64_t kChunkSize = 16 << 10;
constexpr std::uint64_t kFundsSat = 10'000'000;

engine::EngineSettings engine_settings(const std::string& address, std::string location,
                                       const std::optional<payment::Settings>& paying) {
  engine::EngineSettings out;
  out.network_id = "test";
  out.endpoints = {*parse_endpoint(address)};
  out.files.chunk_size = kChunkSize;
  out.files.placement.distinct_subnets = false;
  out.dht.kademlia.table.distinct_subnets = false;
  out.holder_capacity = 64_MiB;
  out.holder_location = std::move(location);
  out.holder_min_capacity = 1_MiB;
  if (paying) {
    out.payment = *paying;
    out.files.max_price_msat_per_tb_month = paying->max_price_msat_per_tb_month;
  }
  return out;
}

}  // namespace

LocalTransport::LocalTransport(Clock& clock, const crypto::Identity& identity, Network& network,
                               std::string address)
    : clock_(clock), identity_(identity), network_(network) {
  network_[std::move(address)] = this;
}

Task<Result<PeerReply>> LocalTransport::call(PeerAddress to, PeerCall call, CallLimits limits) {
  const auto at = network_.find(to.endpoints.empty() ? std::string() : to_string(to.endpoints.front()));
  if (at == network_.end() || at->second->mood == Mood::unreachable || at->second->handler_ == nullptr) {
    co_return fail(Errc::unreachable, "nobody is there");
  }
  auto& other = *at->second;
  if (to.id && *to.id != other.identity_.id()) co_return fail(Errc::wrong_peer, "another node is there");
  if (other.mood == Mood::silent) {
    co_await clock_.sleep_for(limits.total);
    co_return fail(Errc::timeout, "no answer");
  }
  co_await clock_.sleep_for(std::chrono::milliseconds(2));
  const auto operation = call.operation;
  mycostr::test::LocalRequest request({identity_.id(), identity_.public_key()}, std::move(call));
  auto reply = co_await other.handler_->handle(request);
  if (reply) reply->from = {other.identity_.id(), other.identity_.public_key()};
  on_answer(operation);
  co_return reply;
}

LocalNode::LocalNode(LocalNetwork& network, std::size_t index, std::string location,
                     const std::optional<payment::Settings>& paying)
    : address("127.0.0.1:" + std::to_string(5000 + index)),
      random(index + 1),
      identity(random.make<crypto::Identity::Seed>()),
      keystore(random.make<crypto::Keystore::MasterKey>()),
      chunks(network.clock, network.power, network.trace, index, 1_GiB),
      transport(network.clock, identity, network.network, address),
      datagrams(network.clock, network.datagrams, *to_udp(*parse_endpoint(address)),
                [this] { return transport.mood == LocalTransport::Mood::answers; }),
      signer(identity),
      wallet(paying ? &network.lightning.add(kFundsSat) : nullptr),
      engine({network.loop.get_executor(), network.clock, random, network.pool, meta, chunks, transport,
              datagrams, signer, nullptr, wallet},
             identity, keystore, engine_settings(address, std::move(location), paying)),
      api(context(network.clock)) {}

ApiContext LocalNode::context(Clock& clock) {
  ApiSettings settings;
  settings.token = kToken;
  settings.max_json_bytes = 64 << 10;
  settings.max_transfers = 4;
  settings.version = "1.2.3";
  return {clock,
          identity,
          engine.directory(),
          engine.dht(),
          engine.own_record(),
          chunks,
          transport,
          engine.registration(),
          engine.files(),
          engine.catalog(),
          engine.store(),
          engine.retrieve(),
          engine.cleaner(),
          engine.agreements(),
          engine.audits(),
          engine.auditor(),
          engine.repairs(),
          engine.standing(),
          engine.scrubber(),
          engine.drain(),
          engine.payments(),
          engine.events(),
          [this] { return problems; },
          settings};
}

LocalNetwork::LocalNetwork(std::size_t count, std::vector<std::string> locations,
                           const std::optional<payment::Settings>& paying) {
  power.on();
  for (std::size_t i = 0; i < count; ++i) {
    nodes_.push_back(
        std::make_unique<LocalNode>(*this, i, i < locations.size() ? locations[i] : "DE", paying));
    if (!clock.run(nodes_.back()->engine.open())) throw std::runtime_error("a node does not open");
  }
  for (const auto& from : nodes_) {
    from->engine.start();
    for (const auto& to : nodes_) {
      if (from == to) continue;
      PeerAddress address{to->identity.id(), {*parse_endpoint(to->address)}};
      if (!clock.run(from->engine.dht().introduce(address))) throw std::runtime_error("nodes do not meet");
    }
  }
}

LocalNetwork::~LocalNetwork() {
  for (const auto& node : nodes_) clock.run(node->engine.stop());
}

FakeResponder LocalNetwork::call(FakeRequest request) {
  return call_node(0, std::move(request));
}

FakeResponder LocalNetwork::call_node(std::size_t index, FakeRequest request) {
  request.set("Authorization", "Bearer " + std::string(kToken));
  FakeResponder responder;
  clock.run(nodes_[index]->api.handle(request, responder));
  return responder;
}

FakeResponder LocalNetwork::call(std::string method, std::string target, std::string body,
                                 std::vector<HttpField> fields) {
  FakeRequest request(std::move(method), std::move(target));
  request.body = std::move(body);
  for (auto& field : fields) request.fields.push_back(std::move(field));
  return call(std::move(request));
}

std::size_t LocalNetwork::shards() const {
  std::size_t out = 0;
  for (const auto& node : nodes_) out += node->chunks.usage().shards;
  return out;
}

}  // namespace mycostr::api::test
