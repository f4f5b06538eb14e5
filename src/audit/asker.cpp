#include "audit/asker.hpp"

#include <algorithm>

#include "async/offload.hpp"
#include "audit/selection.hpp"

namespace mycostr::audit {
namespace {

Reply reply_of(const Error& error) {
  Reply out;
  out.judgement.why = to_string(error);
  switch (error.code) {
    case Errc::unreachable:
    case Errc::wrong_peer:
      out.answer = Answer::unreachable;
      break;
    case Errc::cancelled:
      out.answer = Answer::not_asked;  // other calls to it took all the time
      break;
    case Errc::not_found:
      out.answer = Answer::wrong;
      out.judgement.why = "the holder knows of no such agreement";
      break;
    default:
      out.answer = Answer::none;
  }
  out.disagrees = error.code == Errc::conflict || error.code == Errc::not_found;
  out.is_busy = error.code == Errc::conflict || error.code == Errc::overloaded;
  out.is_refusal = error.code == Errc::forbidden || error.code == Errc::invalid;
  return out;
}

}  // namespace

bool Question::fits(const agreement::Agreement& now) const {
  const auto& asked = challenge.challenge;
  return asked.agreement == now.id && asked.revision == now.revision.number &&
         asked.root == now.revision.root && asked.shards == now.revision.shards;
}

Question Asker::make(const agreement::Agreement& agreement, std::uint64_t epoch, std::uint32_t serial,
                     wire::AuditKind kind) {
  const auto& revision = agreement.revision;
  const auto count = kind == wire::AuditKind::chained
                         ? wire::kChainSteps
                         : leaves_to_ask(revision.bytes.value / kLeafSize, settings_.max_leaves);
  const wire::Challenge challenge{.agreement = agreement.id,
                                  .epoch = epoch,
                                  .serial = serial,
                                  .revision = revision.number,
                                  .root = revision.root,
                                  .shards = revision.shards,
                                  .nonce = random_.make<Digest>(),
                                  .count = count,
                                  .kind = kind};
  auto encoded = wire::encode_challenge(challenge, identity_);
  auto decoded = wire::decode_challenge(encoded);
  return {agreement, std::move(*decoded), std::move(encoded)};
}

Task<Reply> Asker::ask(const Question& question) {
  const auto address = address_of_(question.agreement.peer);
  if (!address) co_return reply_of({Errc::unreachable, "no address is known"});
  PeerCall call{wire::operations::kChallenge, question.encoded, {}};
  call.max_reply_message = kMaxMessageSize;
  const auto began = clock_.now();
  auto answer = co_await transport_.call(*address, std::move(call), limits_for(*address));
  const auto latency = clock_.now() - began;
  Reply out;
  if (!answer) {
    out = reply_of(answer.error());
  } else {
    out.proof = std::move(answer->message);
    out.judgement = co_await async::offload(crypto_pool_, [&] {
      return judge(question.challenge, question.agreement.terms.holder_key, out.proof);
    });
    out.answer = out.judgement.passed ? Answer::right : Answer::wrong;
  }
  out.latency = latency;
  co_return out;
}

CallLimits Asker::limits_for(const PeerAddress& address) const {
  CallLimits limits;
  limits.connect = std::min(limits.connect, settings_.deadline);
  limits.progress = settings_.deadline;
  limits.total =
      settings_.deadline + limits.connect * std::max<std::int64_t>(1, std::ssize(address.endpoints));
  return limits;
}

}  // namespace mycostr::audit
