#include "reputation/verdict_sender.hpp"

#include <algorithm>
#include <cmath>

#include "async/task_group.hpp"
#include "base/log.hpp"

namespace mycostr::reputation {
namespace {

constexpr CallLimits kLimits{.connect = std::chrono::seconds(5),
                             .progress = std::chrono::seconds(5),
                             .total = std::chrono::seconds(15)};

std::uint32_t to_ppm(double fraction) {
  return static_cast<std::uint32_t>(std::lround(std::clamp(fraction, 0.0, 1.0) * 1e6));
}

}  // namespace

void VerdictSender::send(const AuditReport& report) {
  // A node that is away cannot be told, and nothing was found out where the fault is here.
  if (report.outcome == AuditOutcome::offline || report.outcome == AuditOutcome::unknown) return;
  const auto* score = book_.find(report.holder);
  if (score == nullptr) return;
  wire::Verdict verdict{.owner_key = identity_.public_key(),
                        .holder = report.holder,
                        .agreement = report.agreement,
                        .epoch = report.epoch,
                        .serial = report.serial,
                        .outcome = report.outcome,
                        .integrity_ppm = to_ppm(score->integrity()),
                        .online_ppm = to_ppm(score->online()),
                        .state = score->state(),
                        .at = report.at};
  std::erase_if(queue_, [&](const auto& waiting) { return waiting.agreement == report.agreement; });
  queue_.push_back(std::move(verdict));
  if (queue_.size() > kMaxVerdictsWaiting) queue_.pop_front();
  added_.notify_one();
}

Task<> VerdictSender::run() {
  std::vector<Task<>> workers;
  for (std::size_t i = 0; i < kVerdictsAtOnce; ++i) workers.push_back(work());
  co_await async::run_all(executor_, "verdicts", std::move(workers));
}

Task<> VerdictSender::work() {
  for (;;) {
    while (queue_.empty()) co_await added_.wait();
    auto verdict = std::move(queue_.front());
    queue_.pop_front();
    co_await tell(std::move(verdict));
  }
}

Task<> VerdictSender::tell(wire::Verdict verdict) {
  const auto address = address_of_(verdict.holder);
  if (!address) co_return;
  PeerCall call;
  call.operation = wire::operations::kTellVerdict;
  call.message = wire::encode_verdict(verdict, identity_);
  const auto reply = co_await transport_.call(*address, std::move(call), kLimits);
  if (!reply) {
    log(LogLevel::debug, "reputation", "verdict not told to {}: {}", short_hex(verdict.holder.view()),
        to_string(reply.error()));
  }
}

}  // namespace mycostr::reputation
