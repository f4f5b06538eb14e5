#include "reputation/standing.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <exception>

#include "async/cancel.hpp"

namespace mycostr::reputation {
namespace {

constexpr auto kSavePeriod = std::chrono::seconds(60);
constexpr auto kClockSkew = std::chrono::minutes(10);
constexpr std::size_t kMostWarnings = 10;

bool is_near_a_cut_off(const OwnersWord& word) {
  // What is below the first cut-off is warned of as well: the next one is worse.
  return word.to_suspension < kIntegrityWarning || word.to_no_new_data < kOnlineWarning ||
         word.verdict.state >= wire::NodeState::suspended;
}

std::string warning_of(const OwnersWord& word) {
  return fmt::format(
      "owner {}: {}, integrity {:.4f} (suspended below {}, disqualified at {}), online {:.4f} (no new data "
      "below {}, taken for lost below {})",
      short_hex(word.owner.view()), wire::state_name(word.verdict.state), word.integrity, kSuspendBelow,
      kDisqualifyAt, word.online, kOnlineForNewData, kOnlineAtAll);
}

OwnersWord word_of(const wire::Verdict& verdict) {
  const auto integrity = verdict.integrity_ppm / 1e6;
  const auto online = verdict.online_ppm / 1e6;
  return {.owner = verdict.owner(),
          .verdict = verdict,
          .integrity = integrity,
          .online = online,
          .to_suspension = integrity - kSuspendBelow,
          .to_disqualification = integrity - kDisqualifyAt,
          .to_no_new_data = online - kOnlineForNewData,
          .to_lost = online - kOnlineAtAll};
}

}  // namespace

Standing::Standing(Clock& clock, MetaStore& store, NodeId self,
                   std::function<bool(const NodeId&, const AgreementId&)> has_agreement)
    : clock_(clock),
      self_(self),
      has_agreement_(std::move(has_agreement)),
      words_(kMaxOwnersInStanding),
      rows_(store, words_, "v/", encode_row, decode_row) {}

Task<Result<void>> Standing::open() {
  return rows_.open();
}

Task<> Standing::run() {
  std::exception_ptr stopped;
  try {
    for (;;) {
      co_await rows_.wait_for_change(clock_);
      co_await clock_.sleep_for(kSavePeriod);
      drop_old();
      co_await save_or_log();
    }
  } catch (...) {
    stopped = std::current_exception();
  }
  co_await async::begin_cleanup();
  co_await save_or_log();
  co_await async::end_cleanup();
  std::rethrow_exception(stopped);
}

Result<PeerReply> Standing::handle_verdict(const PeerRequest& request) {
  const auto verdict = wire::decode_verdict(request.message());
  if (!verdict) return std::unexpected(verdict.error());
  const auto& owner = request.from().id;
  if (verdict->owner_key != request.from().key) return fail(Errc::forbidden, "somebody else's verdict");
  if (verdict->holder != self_) return fail(Errc::forbidden, "a verdict about another node");
  if (!has_agreement_(owner, verdict->agreement)) return fail(Errc::forbidden, "there is no such agreement");
  if (verdict->at > clock_.wall_now() + kClockSkew) return fail(Errc::conflict, "a verdict of the future");
  const auto* known = words_.find(owner);
  if (known && known->verdict.at > verdict->at) return fail(Errc::conflict, "a newer verdict is known");
  words_.touch(owner) = {request.message(), *verdict};
  return PeerReply();
}

std::vector<OwnersWord> Standing::list() const {
  std::vector<OwnersWord> out;
  out.reserve(words_.size());
  for (const auto& entry : words_.entries()) out.push_back(word_of(entry.value.verdict));
  std::ranges::sort(out, {}, &OwnersWord::owner);
  return out;
}

std::vector<std::string> Standing::warnings() const {
  const auto now = clock_.wall_now();
  auto words = list();
  std::erase_if(words, [&](const OwnersWord& word) {
    return now - word.verdict.at > kVerdictMatters || !is_near_a_cut_off(word);
  });
  std::ranges::sort(words, {}, [](const OwnersWord& word) {
    const auto worst =
        std::min(word.to_suspension / (1 - kSuspendBelow), word.to_no_new_data / (1 - kOnlineForNewData));
    return std::pair(worst, word.owner);
  });
  words.resize(std::min(words.size(), kMostWarnings));
  std::vector<std::string> out;
  for (const auto& word : words) out.push_back(warning_of(word));
  return out;
}

std::string Standing::encode_row(const Word& word) {
  return std::string(as_text(word.encoded));
}

std::optional<Standing::Word> Standing::decode_row(ByteView row) {
  const auto verdict = wire::decode_trusted_verdict(row);
  if (!verdict) return std::nullopt;
  return Word{Bytes(row.begin(), row.end()), *verdict};
}

Task<> Standing::save_or_log() {
  if (const auto saved = co_await rows_.save(Durability::buffered); !saved) {
    log(LogLevel::warn, "reputation", "could not save owners' verdicts: {}", to_string(saved.error()));
  }
}

void Standing::drop_old() {
  const auto now = clock_.wall_now();
  std::vector<NodeId> old;
  for (const auto& [owner, word, version] : words_.entries()) {
    if (now - word.verdict.at > kKeepVerdicts) old.push_back(owner);
  }
  for (const auto& owner : old) words_.erase(owner);
}

}  // namespace mycostr::reputation
