#include "payment/holder_line.hpp"

namespace mycostr::payment {
namespace {

constexpr CallLimits kLimits{.connect = std::chrono::seconds(5),
                             .progress = std::chrono::seconds(20),
                             .total = std::chrono::seconds(30)};

}  // namespace

Task<Result<PeerReply>> HolderLine::call(NodeId to, const char* operation, Bytes message) {
  const auto address = address_of_(to);
  if (!address) co_return fail(Errc::unreachable, "no address of the holder is known");
  PeerCall call;
  call.operation = operation;
  call.message = std::move(message);
  auto reply = co_await transport_.call(*address, std::move(call), kLimits);
  if (reply && reply->from.id != to) co_return fail(Errc::wrong_peer, "another node answered");
  co_return reply;
}

Task<Result<wire::InvoiceReply>> HolderLine::ask_invoice(Payment payment) {
  const auto& settlement = payment.settlement;
  const wire::AskInvoice ask{.agreement = settlement.agreement,
                             .settlement = settlement.number,
                             .last = settlement.last,
                             .amount = settlement.amount,
                             .digest = settlement.digest,
                             .attempt = payment.attempt};
  const auto reply = co_await call(settlement.peer, wire::operations::kAskInvoice, wire::encode(ask));
  if (!reply) co_return std::unexpected(reply.error());
  co_return wire::decode_invoice_reply(reply->message);
}

Task<Result<void>> HolderLine::tell_paid(Payment payment) {
  const auto& settlement = payment.settlement;
  const wire::TellPaid paid{.agreement = settlement.agreement,
                            .settlement = settlement.number,
                            .hash = payment.hash,
                            .preimage = *payment.preimage};
  const auto reply = co_await call(settlement.peer, wire::operations::kTellPaid, wire::encode(paid));
  if (!reply) co_return std::unexpected(reply.error());
  co_return Result<void>();
}

Task<Result<HolderLine::Cancelled>> HolderLine::ask_cancel(Payment payment, std::uint32_t attempt,
                                                           PaymentHash hash) {
  const auto& settlement = payment.settlement;
  const wire::CancelInvoice ask{settlement.agreement, settlement.number, attempt, hash};
  const auto reply = co_await call(settlement.peer, wire::operations::kCancelInvoice, wire::encode(ask));
  if (!reply) co_return std::unexpected(reply.error());
  auto answer = wire::decode_cancel_reply(reply->message);
  if (!answer) co_return std::unexpected(answer.error());
  Cancelled out;
  if (const auto* preimage = std::get_if<Preimage>(&*answer)) {
    if (!opens(*preimage, hash)) co_return fail(Errc::invalid, "a preimage of another payment");
    out.preimage = *preimage;
    co_return out;
  }
  auto& word = std::get<Bytes>(*answer);
  const auto said = wire::decode_invoice_cancelled(word, reply->from.key);
  if (!said) co_return std::unexpected(said.error());
  if (said->agreement != settlement.agreement || said->settlement != settlement.number ||
      said->hash != hash) {
    co_return fail(Errc::invalid, "a word on another invoice");
  }
  out.word = std::move(word);
  co_return out;
}

}  // namespace mycostr::payment
