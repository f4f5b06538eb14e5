#include "files/probe.hpp"

#include <algorithm>

#include "async/task_group.hpp"
#include "base/log.hpp"
#include "files/in_flight.hpp"
#include "wire/messages.hpp"

namespace mycostr::files {
namespace {

constexpr auto kFresh = std::chrono::minutes(1);
constexpr CallLimits kLimits{std::chrono::seconds(3), std::chrono::seconds(3), std::chrono::seconds(3)};
constexpr int kRounds = 3;

enum class Answer { yes, no, none };

/// Whether it has been heard over the transport a moment ago, and not failed since.
bool is_fresh(const Context& context, const NodeId& id) {
  const auto* known = context.performance.find(id);
  if (known == nullptr) return false;
  const auto heard = std::max(known->up.bytes.at, known->down.bytes.at);
  const auto now = context.clock.wall_now();
  return heard <= now && now - heard < kFresh && (!known->last_failure || *known->last_failure < heard);
}

Task<> ask(Context& context, NodeId holder, ByteCount size, Answer& answer) {
  const auto address = context.directory.address_of(holder);
  if (!address) co_return;
  PeerCall call{wire::operations::kOfferShard, wire::encode(wire::OfferShard{size}), {}};
  const auto reply = co_await context.transport.call(*address, std::move(call), kLimits);
  if (reply) {
    answer = Answer::yes;
    co_return;
  }
  const auto code = reply.error().code;
  if (is_silence(code)) {
    context.directory.failed(holder, context.clock.now());
    context.performance.record_call(holder, false, std::nullopt, context.clock.wall_now());
    log(LogLevel::debug, "store", "node={} does not answer: {}", short_hex(holder.view()),
        to_string(reply.error()));
    co_return;
  }
  // Any other refusal may be of the moment, or of a node that does not know the question: the shard will
  // tell.
  answer = code == Errc::full || code == Errc::conflict ? Answer::no : Answer::yes;
}

/// Those of `holders` that should not be given a shard.
Task<std::vector<NodeId>> unfit_of(Context& context, std::vector<NodeId> holders, ByteCount size) {
  std::erase_if(holders, [&](const NodeId& id) { return is_fresh(context, id); });
  std::vector<Answer> answers(holders.size(), Answer::none);
  std::vector<Task<>> calls;
  for (std::size_t i = 0; i < holders.size(); ++i)
    calls.push_back(ask(context, holders[i], size, answers[i]));
  if (!calls.empty()) co_await async::run_all(context.executor, "probe", std::move(calls));
  std::vector<NodeId> out;
  for (std::size_t i = 0; i < holders.size(); ++i) {
    if (answers[i] != Answer::yes) out.push_back(holders[i]);
  }
  co_return out;
}

/// The holders of one chunk, as they are found.
class Picking {
 public:
  Picking(Context& context, const placement::Eligible& eligible, const HoldersWanted& wanted,
          std::vector<NodeId>& failed)
      : context_(context), eligible_(eligible), wanted_(wanted), failed_(failed) {}

  Task<std::vector<NodeId>> run() {
    for (int round = 0; round < kRounds && missing() > 0; ++round) {
      auto picked = pick();
      if (picked.size() < missing()) break;
      const auto unfit = co_await unfit_of(context_, picked, wanted_.shard_size);
      for (const auto& id : unfit) {
        std::erase(picked, id);
        if (contains(failed_, id)) continue;
        failed_.push_back(id);
        unfit_.push_back(id);
      }
      chosen_.insert(chosen_.end(), picked.begin(), picked.end());
    }
    if (missing() > 0) pick_unfit();
    co_return std::move(chosen_);
  }

 private:
  std::size_t missing() const { return wanted_.copies - chosen_.size(); }
  std::vector<NodeId> pick() const {
    auto held = wanted_.held;
    held.insert(held.end(), chosen_.begin(), chosen_.end());
    auto excluded = failed_;
    excluded.insert(excluded.end(), wanted_.former.begin(), wanted_.former.end());
    return eligible_.pick({missing(), held, excluded}, context_.in_flight, context_.random);
  }
  void pick_unfit() {
    std::erase_if(failed_, [&](const NodeId& id) { return contains(unfit_, id); });
    const auto picked = pick();
    chosen_.insert(chosen_.end(), picked.begin(), picked.end());
    for (const auto& id : unfit_) {
      if (!contains(chosen_, id)) failed_.push_back(id);
    }
  }
  static bool contains(const std::vector<NodeId>& ids, const NodeId& id) {
    return std::ranges::find(ids, id) != ids.end();
  }

  Context& context_;
  const placement::Eligible& eligible_;
  const HoldersWanted& wanted_;
  std::vector<NodeId>& failed_;
  std::vector<NodeId> chosen_;
  std::vector<NodeId> unfit_;
};

}  // namespace

Task<std::vector<NodeId>> pick_answering(Context& context, const placement::Eligible& eligible,
                                         HoldersWanted wanted, std::vector<NodeId>& failed) {
  Picking picking(context, eligible, wanted, failed);
  co_return co_await picking.run();
}

}  // namespace mycostr::files
