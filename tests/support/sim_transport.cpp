#include "support/sim_transport.hpp"

#include <stdexcept>

#include "base/units.hpp"

namespace mycostr::test {
namespace {

enum class State { under_way, answered, lost, cut };

}  // namespace

/// One request and its answer. Kept by both ends, because either may go first.
struct SimTransport::Exchange {
  SimTransport& caller;
  PeerCall call;
  CallLimits limits;
  State state = State::under_way;
  Result<PeerReply> reply = PeerReply();
  bool is_abandoned = false;  ///< the caller waits no more
  async::Signal ended;

  void end(State how) {
    state = how;
    ended.notify_all();
  }
};

/// Tells the caller how serving ended, also where it never began.
class SimTransport::Outcome {
 public:
  explicit Outcome(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
  Outcome(Outcome&&) = default;
  Outcome& operator=(Outcome&&) = delete;
  ~Outcome() {
    if (exchange_) exchange_->end(state_);
  }
  void is(State state) { state_ = state; }
  std::shared_ptr<Exchange> exchange() const { return exchange_; }

 private:
  std::shared_ptr<Exchange> exchange_;
  State state_ = State::cut;
};

class SimTransport::Request final : public PeerRequest {
 public:
  Request(SimTransport& receiver, Exchange& exchange) : receiver_(receiver), exchange_(exchange) {}

  const PeerIdentity& from() const override { return exchange_.caller.identity_; }
  const std::string& operation() const override { return exchange_.call.operation; }
  const Bytes& message() const override { return exchange_.call.message; }
  std::size_t body_size() const override { return exchange_.call.body.size(); }

  Task<Result<Buffer>> read_body() override {
    if (was_read_) throw std::logic_error("a body is read once");
    was_read_ = true;
    if (exchange_.call.body.empty()) co_return Buffer();
    auto& network = receiver_.network_;
    auto& caller = exchange_.caller;
    const auto life = caller.power_.life();
    co_await network.clock_.sleep_for(network.one_way(caller.number_, receiver_.number_, body_size()));
    // What had been sent before the caller went may still arrive.
    const bool is_cut = !caller.power_.lasts(life) || exchange_.is_abandoned;
    if (is_cut && network.random_.chance(1, 2)) co_return fail(Errc::closed, "the caller has gone");
    if (!network.arrives(caller.number_, receiver_.number_)) {
      co_await network.clock_.sleep_for(exchange_.limits.progress);
      co_return fail(Errc::timeout, "the body does not arrive");
    }
    co_return Buffer::copy_of(exchange_.call.body.view());
  }
  Task<Result<void>> reserve_reply(std::size_t) override { co_return Result<void>(); }

 private:
  SimTransport& receiver_;
  Exchange& exchange_;
  bool was_read_ = false;
};

void SimTransport::begin_life() {
  serving_ = std::make_unique<async::TaskGroup>(network_.loop_.get_executor(), "serve");
}

Task<> SimTransport::end_life() {
  handler_ = nullptr;
  co_await serving_->close();
}

Task<Result<PeerReply>> SimTransport::call(PeerAddress to, PeerCall call, CallLimits limits) {
  if (call.message.size() > kMaxMessageSize || call.body.size() > kMaxChunkSize) {
    throw std::logic_error("a call over the limits");
  }
  struct Open {
    std::size_t& count;
    ~Open() { --count; }
  } open{++calls_out_};
  ++network_.calls_;
  const auto life = power_.life();
  const auto operation = call.operation;
  const auto peer = co_await connect(to, limits);
  if (!peer) co_return std::unexpected(peer.error());
  auto reply = co_await exchange_with(**peer, std::move(call), limits);
  if (!power_.lasts(life)) co_return fail(Errc::closed, "the machine is off");
  note((*peer)->number_, operation, reply);
  co_return reply;
}

void SimTransport::note(std::size_t peer, std::string_view operation, const Result<PeerReply>& reply) {
  auto& trace = network_.trace_;
  trace.add(operation);
  trace.add({static_cast<std::uint64_t>(network_.clock_.now().time_since_epoch().count()), number_, peer,
             reply ? 1000 + reply->message.size() + reply->body.size()
                   : static_cast<std::uint64_t>(reply.error().code)});
}

Task<Result<SimTransport*>> SimTransport::connect(const PeerAddress& to, const CallLimits& limits) {
  Result<SimTransport*> last = fail(Errc::unreachable, "no endpoint is known");
  for (const auto& endpoint : to.endpoints) {
    last = co_await connect_at(endpoint, to.id, limits.connect);
    if (last) break;
  }
  co_return last;
}

Task<Result<SimTransport*>> SimTransport::connect_at(const Endpoint& endpoint,
                                                     const std::optional<NodeId>& id, Duration limit) {
  auto* peer = network_.at(endpoint);
  const bool is_silent = peer == nullptr || !network_.arrives(number_, peer->number_) ||
                         !network_.arrives(peer->number_, number_) ||
                         (!peer->power_.is_on() && network_.random_.chance(1, 2));
  if (is_silent) {
    co_await network_.clock_.sleep_for(limit);
    co_return fail(Errc::unreachable, "nobody answers at " + to_string(endpoint));
  }
  const auto there = network_.one_way(number_, peer->number_, 0);
  const auto back = network_.one_way(peer->number_, number_, 0);
  co_await network_.clock_.sleep_for(std::min<Duration>(there + back, limit));
  if (there + back > limit) co_return fail(Errc::unreachable, to_string(endpoint) + " is too slow");
  if (peer->handler_ == nullptr || !power_.is_on())
    co_return fail(Errc::unreachable, to_string(endpoint) + " refuses");
  if (id && peer->identity_.id != *id)
    co_return fail(Errc::wrong_peer, "another node answers at " + to_string(endpoint));
  co_return peer;
}

Task<Result<PeerReply>> SimTransport::exchange_with(SimTransport& peer, PeerCall call,
                                                    const CallLimits& limits) {
  auto& clock = network_.clock_;
  const auto deadline = clock.now() + limits.total;
  const auto peer_life = peer.power_.life();
  const auto size = call.message.size();
  const auto max_body = call.max_reply_body;
  const auto max_message = call.max_reply_message;
  auto exchange = std::make_shared<Exchange>(*this, std::move(call), limits);
  struct Abandon {
    Exchange& exchange;
    ~Abandon() { exchange.is_abandoned = true; }
  } abandon{*exchange};

  co_await clock.sleep_for(network_.one_way(number_, peer.number_, size));
  if (!network_.arrives(number_, peer.number_)) co_return co_await cut_off(limits.progress);
  if (!peer.power_.lasts(peer_life) || peer.handler_ == nullptr)
    co_return fail(Errc::closed, "the other side went");
  peer.serving_->spawn(peer.serve_one(Outcome(exchange)));
  while (exchange->state == State::under_way) co_await exchange->ended.wait();
  if (exchange->state == State::answered) {
    if (clock.now() > deadline) co_return fail(Errc::timeout, "the call took too long");
    const auto& reply = exchange->reply;
    if (reply && (reply->body.size() > max_body || reply->message.size() > max_message))
      co_return fail(Errc::invalid, "the peer's answer is longer than what was asked for");
    co_return std::move(exchange->reply);
  }
  if (exchange->state == State::cut && network_.random_.chance(1, 2))
    co_return fail(Errc::closed, "the other side went");
  co_return co_await cut_off(limits.progress);
}

/// The caller learns of it by silence, or sooner because something on the way says so.
Task<Result<PeerReply>> SimTransport::cut_off(Duration limit) {
  if (network_.random_.chance(1, 4)) co_return fail(Errc::closed, "the connection was reset");
  co_await network_.clock_.sleep_for(limit);
  co_return fail(Errc::timeout, "no answer");
}

Task<> SimTransport::serve_one(Outcome outcome) {
  const auto life = power_.life();
  const auto exchange = outcome.exchange();
  Request request(*this, *exchange);
  auto reply = co_await handler_->handle(request);
  if (!power_.lasts(life)) co_return;
  const auto size = reply ? reply->message.size() + reply->body.size() : 0;
  if (reply && (reply->message.size() > kMaxMessageSize || reply->body.size() > kMaxChunkSize)) {
    throw std::logic_error("a reply over the limits");
  }
  auto& caller = exchange->caller;
  co_await network_.clock_.sleep_for(network_.one_way(number_, caller.number_, size));
  if (!power_.lasts(life)) co_return;
  outcome.is(State::lost);
  if (!network_.arrives(number_, caller.number_)) co_return;
  if (reply) reply->from = identity_;
  exchange->reply = std::move(reply);
  outcome.is(State::answered);
}

}  // namespace mycostr::test
