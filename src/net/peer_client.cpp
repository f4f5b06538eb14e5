#include "net/peer_client.hpp"

#include "async/timeout.hpp"
#include "base/units.hpp"
#include "crypto/identity.hpp"
#include "net/resolve.hpp"

namespace mycostr::net {

using Lease = async::Budget::Lease;

PeerClient::Open::Open(PeerClient& owner, TcpSocket socket)
    : client(owner), connection(std::move(socket), owner.identity_.client(), owner.blocks_) {
  client.open_.insert(this);
}

PeerClient::Open::~Open() {
  client.open_.erase(this);
}

/// Keeps a peer's entry alive while a call needs it.
class PeerClient::Using {
 public:
  Using(PeerClient& client, const NodeId& id) : client_(client), id_(id), peer_(client.peer(id)) {
    ++peer_.users;
  }
  ~Using() {
    if (--peer_.users == 0 && peer_.idle.empty()) client_.peers_.erase(id_);
  }
  Using(const Using&) = delete;
  Using& operator=(const Using&) = delete;
  Peer& peer() { return peer_; }

 private:
  PeerClient& client_;
  const NodeId id_;
  Peer& peer_;  // stays where it is while the map grows
};

class PeerClient::Running {
 public:
  explicit Running(PeerClient& client) : client_(client) { ++client_.running_; }
  ~Running() {
    if (--client_.running_ == 0) client_.none_running_.notify_all();
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  PeerClient& client_;
};

PeerClient::PeerClient(boost::asio::io_context& loop, Clock& clock, const TlsIdentity& identity,
                       const PeerLimits& limits)
    : loop_(loop),
      clock_(clock),
      identity_(identity),
      limits_(limits),
      calls_(limits.max_calls),
      tasks_(loop.get_executor(), "peer") {}

Task<Result<PeerReply>> PeerClient::call(PeerAddress to, PeerCall call, CallLimits limits) {
  if (!is_operation(call.operation) || call.message.size() > kMaxMessageSize ||
      call.body.size() > kMaxChunkSize) {
    co_return fail(Errc::invalid, "a call that no node would take: " + call.operation);
  }
  if (stopped_) co_return fail(Errc::closed, "this node is stopping");
  const Running running(*this);
  const auto deadline = clock_.now() + limits.total;
  std::optional<Using> known;
  Lease peer_slot;
  if (to.id) {
    known.emplace(*this, *to.id);
    auto taken = co_await turn(known->peer().slots, deadline);
    if (!taken) co_return std::unexpected(taken.error());
    peer_slot = std::move(*taken);
  }
  const auto slot = co_await turn(calls_, deadline);
  if (!slot) co_return std::unexpected(slot.error());
  co_return co_await call_within(to, call, limits, deadline);
}

Task<Result<Lease>> PeerClient::turn(async::Budget& budget, SteadyTime deadline) {
  if (auto [lease, granted] = budget.try_take(1); granted) co_return std::move(lease);
  struct Keep {
    static Task<Result<Lease>> in(async::Budget& from) { co_return co_await from.take(1); }
  };
  auto lease = co_await async::with_timeout(clock_, Keep::in(budget), deadline - clock_.now(), "");
  // No word of the peer's: it was not asked.
  if (!lease) co_return fail(Errc::cancelled, "too many calls before this one");
  co_return lease;
}

Task<Result<PeerReply>> PeerClient::call_within(const PeerAddress& to, const PeerCall& call,
                                                const CallLimits& limits, SteadyTime deadline) {
  std::optional<Error> given_up;
  if (to.id && !to.dial_anew) {
    if (auto pooled = take_idle(*to.id)) {
      auto outcome = co_await run(*pooled, call, limits, deadline);
      const bool was_dead =
          !outcome.reply && outcome.reply.error().code == Errc::closed && !outcome.reply_began;
      if (outcome.reusable) keep(std::move(pooled));
      if (!was_dead || stopped_) co_return std::move(outcome.reply);
      // The peer gave the kept connection up as the call went out, most likely before it looked at it. Once
      // more, afresh.
      given_up = outcome.reply.error();
    }
  }
  auto dialled = co_await dial(to, limits, deadline);
  // It may have looked: one that cannot be reached any more was reached then.
  if (!dialled && given_up) co_return std::unexpected(*given_up);
  if (!dialled) co_return std::unexpected(dialled.error());
  auto outcome = co_await run(**dialled, call, limits, deadline);
  if (outcome.reusable) keep(std::move(*dialled));
  co_return std::move(outcome.reply);
}

Task<PeerConnection::Outcome> PeerClient::run(Open& open, const PeerCall& call, const CallLimits& limits,
                                              SteadyTime deadline) {
  open.connection.link().limit_progress(limits.progress);
  open.connection.link().set_deadline(deadline);
  auto outcome = co_await open.connection.exchange(call);
  if (outcome.reply) outcome.reply->from = open.identity;
  co_return outcome;
}

/// Each endpoint in turn. The error: wrong_peer where one answered with another identity, unreachable
/// otherwise.
Task<Result<std::unique_ptr<PeerClient::Open>>> PeerClient::dial(const PeerAddress& to,
                                                                 const CallLimits& limits,
                                                                 SteadyTime deadline) {
  Error failure{Errc::unreachable, to.endpoints.empty() ? "no endpoint known" : ""};
  for (const auto& endpoint : to.endpoints) {
    const auto left = deadline - clock_.now();
    if (left <= Duration::zero()) co_return fail(Errc::timeout, "no connection in the time for the call");
    auto dialled = co_await dial_one(endpoint, to.id, std::min(limits.connect, left));
    if (dialled || stopped_) co_return dialled;
    if (dialled.error().code == Errc::wrong_peer) failure.code = Errc::wrong_peer;
    if (!failure.detail.empty()) failure.detail += "; ";
    failure.detail += to_string(endpoint) + ": " + dialled.error().detail;
  }
  co_return std::unexpected(std::move(failure));
}

Task<Result<std::unique_ptr<PeerClient::Open>>> PeerClient::dial_one(Endpoint endpoint,
                                                                     std::optional<NodeId> expected,
                                                                     Duration limit) {
  const auto deadline = clock_.now() + limit;
  const auto addresses = co_await resolve(loop_, endpoint, limit);
  if (!addresses) co_return std::unexpected(addresses.error());
  Error failure{Errc::unreachable, "no address"};
  for (const auto& address : *addresses) {
    if (stopped_) co_return fail(Errc::closed, "this node is stopping");
    auto open = std::make_unique<Open>(*this, TcpSocket(loop_));
    open->connection.link().limit_progress(limit);
    open->connection.link().set_deadline(deadline);
    const auto key = co_await open->connection.open(address);
    if (!key) {
      failure.detail = key.error().detail;
      continue;
    }
    open->identity = {crypto::node_id_of(*key), *key};
    if (!expected || *expected == open->identity.id) co_return open;
    failure = {Errc::wrong_peer, "node " + open->identity.id.hex() + " answers there"};
  }
  co_return std::unexpected(std::move(failure));
}

std::unique_ptr<PeerClient::Open> PeerClient::take_idle(const NodeId& id) {
  auto& idle = peers_.at(id).idle;
  while (!idle.empty()) {
    auto open = std::move(idle.back());
    idle.pop_back();
    --idle_count_;
    if (open->connection.is_fresh()) return open;
  }
  return nullptr;
}

void PeerClient::keep(std::unique_ptr<Open> open) {
  if (stopped_) return;
  if (idle_count_ >= limits_.max_idle) drop_oldest_idle();
  auto& idle = peer(open->identity.id).idle;
  if (idle.size() >= limits_.max_idle_per_peer) return;
  open->idle_since = clock_.now();
  idle.push_back(std::move(open));
  ++idle_count_;
  if (!std::exchange(sweeps_, true)) tasks_.spawn(drop_old_ones());
}

PeerClient::Peer& PeerClient::peer(const NodeId& id) {
  return peers_.try_emplace(id, limits_.max_calls_per_peer).first->second;
}

void PeerClient::drop_oldest_idle() {
  std::vector<std::unique_ptr<Open>>* oldest = nullptr;
  for (auto& [id, entry] : peers_) {
    if (entry.idle.empty()) continue;
    if (oldest == nullptr || entry.idle.front()->idle_since < oldest->front()->idle_since)
      oldest = &entry.idle;
  }
  if (oldest == nullptr) return;
  oldest->erase(oldest->begin());
  --idle_count_;
}

Task<> PeerClient::drop_old_ones() {
  for (;;) {
    co_await clock_.sleep_for(limits_.outgoing_idle / 4);
    const auto now = clock_.now();
    for (auto& [id, entry] : peers_) {
      idle_count_ -= std::erase_if(entry.idle, [&](const auto& open) {
        return now - open->idle_since >= limits_.outgoing_idle || !open->connection.is_fresh();
      });
    }
    std::erase_if(peers_,
                  [](const auto& entry) { return entry.second.users == 0 && entry.second.idle.empty(); });
  }
}

Task<> PeerClient::stop() {
  stopped_ = true;
  for (auto* open : open_) open->connection.link().close();
  while (running_ > 0) co_await none_running_.wait();
  peers_.clear();
  idle_count_ = 0;
  co_await tasks_.close();
}

}  // namespace mycostr::net
