#include "holder/reporter.hpp"

#include <algorithm>

#include "async/cancel.hpp"
#include "async/timeout.hpp"
#include "base/log.hpp"
#include "wire/upkeep.hpp"

namespace mycostr::holder {
namespace {

constexpr auto kRound = std::chrono::seconds(5);  // while somebody is still to be told
constexpr Duration kFirstRetry = std::chrono::seconds(30);
constexpr Duration kLastRetry = std::chrono::hours(1);
constexpr CallLimits kLimits{std::chrono::seconds(5), std::chrono::seconds(15), std::chrono::seconds(60)};

/// The node did not answer, rather than say no.
bool is_silence(Errc code) {
  return code == Errc::unreachable || code == Errc::timeout || code == Errc::closed ||
         code == Errc::wrong_peer;
}

/// Takes a node out of a set at the end of its life.
class Ended {
 public:
  Ended(std::set<NodeId>& from, const NodeId& node) : from_(from), node_(node) {}
  ~Ended() { from_.erase(node_); }
  Ended(const Ended&) = delete;
  Ended& operator=(const Ended&) = delete;

 private:
  std::set<NodeId>& from_;
  const NodeId node_;
};

}  // namespace

Task<> Reporter::run() {
  std::exception_ptr stopped;
  try {
    co_await rounds();
  } catch (...) {
    stopped = std::current_exception();
  }
  co_await async::begin_cleanup();
  co_await calls_.close();
  co_await async::end_cleanup();
  std::rethrow_exception(stopped);
}

Task<> Reporter::rounds() {
  for (;;) {
    const auto known = lost_.taken_out();
    const bool is_anybody_waiting = co_await round();
    if (lost_.taken_out() != known) continue;
    if (is_anybody_waiting) {
      co_await async::finish_within(clock_, lost_.added().wait(), kRound);
    } else {
      co_await lost_.added().wait();
    }
  }
}

/// Whether there is still somebody to tell, or somebody being told.
Task<bool> Reporter::round() {
  std::optional<NodeId> after;
  for (;;) {
    const auto owner = co_await lost_.next_owner(after);
    if (!owner) {
      log(LogLevel::error, "lost", "could not read who is to be told: {}", to_string(owner.error()));
      co_return true;
    }
    if (!*owner) break;
    after = **owner;
    if (!is_due(**owner)) continue;
    auto slot = co_await slots_.take(1);
    in_work_.insert(**owner);
    calls_.spawn(tell(**owner, std::move(slot)));
  }
  if (!after) retries_.clear();
  co_return after.has_value();
}

bool Reporter::is_due(const NodeId& owner) const {
  if (in_work_.contains(owner)) return false;
  const auto retry = retries_.find(owner);
  return retry == retries_.end() || clock_.now() >= retry->second.not_before;
}

Task<> Reporter::tell(NodeId owner, async::Budget::Lease) {
  const Ended ended(in_work_, owner);
  const auto told = co_await report_to(owner);
  if (told) {
    retries_.erase(owner);
    if (*told > 0)
      log(LogLevel::info, "lost", "owner={} knows of {} lost shards", short_hex(owner.view()), *told);
    co_return;
  }
  auto& retry = retries_[owner];
  retry.delay = std::clamp(retry.delay * 2, kFirstRetry, kLastRetry);
  retry.not_before = clock_.now() + retry.delay;
  log(LogLevel::debug, "lost", "owner={} has not been told: {}", short_hex(owner.view()),
      to_string(told.error()));
}

/// How many shards it was told of.
Task<Result<std::size_t>> Reporter::report_to(const NodeId& owner) {
  const auto shards = co_await lost_.shards_of(owner);
  if (!shards) co_return std::unexpected(shards.error());
  if (shards->empty()) co_return 0;
  const auto report =
      wire::encode_lost_shards({owner, identity_.public_key(), *shards, clock_.wall_now()}, identity_);
  if (const auto told = co_await call(owner, report); !told) co_return std::unexpected(told.error());
  if (const auto done = co_await lost_.forget(owner, *shards); !done) co_return std::unexpected(done.error());
  co_return shards->size();
}

Task<Result<void>> Reporter::call(const NodeId& owner, const Bytes& report) {
  const auto message = [&] { return PeerCall{wire::operations::kLostShards, report, {}}; };
  if (const auto address = directory_.address_of(owner)) {
    const auto reply = co_await transport_.call(*address, message(), kLimits);
    if (reply) co_return Result<void>();
    if (!is_silence(reply.error().code)) co_return std::unexpected(reply.error());
    directory_.failed(owner, clock_.now());
  }
  const auto pointer = co_await find_owner_(owner);
  if (!pointer) co_return fail(Errc::unreachable, "nobody knows where the owner is");
  const auto reply = co_await transport_.call(*pointer, message(), kLimits);
  if (!reply) co_return std::unexpected(reply.error());
  co_return Result<void>();
}

Task<Result<PeerReply>> Reporter::handle_lost(PeerRequest& request) {
  auto report = wire::decode_lost_shards(request.message());
  if (!report) co_return std::unexpected(report.error());
  const auto holder = request.from();
  if (report->holder_key != holder.key) co_return fail(Errc::forbidden, "the report is another holder's");
  if (report->owner != identity_.id()) co_return fail(Errc::forbidden, "the shards are another owner's");
  if (!on_reported || reporting_.size() >= kReportsAtOnce || reporting_.contains(holder.id)) {
    co_return fail(Errc::overloaded, "reports are being taken: tell it again later");
  }
  reporting_.insert(holder.id);
  const Ended ended(reporting_, holder.id);
  auto taken = co_await on_reported(holder.id, std::move(report->shards));
  if (!taken) co_return std::unexpected(taken.error());
  co_return PeerReply{};
}

}  // namespace mycostr::holder
