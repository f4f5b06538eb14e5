// This node as payer.
#include "lightning/lnd_wallet.hpp"
#include "lightning/payment_status.hpp"
#include "lightning/stream.hpp"
#include "lightning/unary.hpp"
#include "lightning/wall_time.hpp"
#include "lnd/lightning.grpc.pb.h"
#include "lnd/router.grpc.pb.h"

namespace mycostr::lightning {

namespace {

/// How long after its timeout a send is waited for: what is in flight then may stay there for days.
constexpr Duration kInFlightPatience = std::chrono::seconds(30);

constexpr PaymentStatus kInFlight{.state = PaymentStatus::State::in_flight};
constexpr PaymentStatus kExpired{.state = PaymentStatus::State::failed, .failure = PaymentFailure::expired};

constexpr std::int32_t kLongestTimelockBlocks = 720;

routerrpc::SendPaymentRequest to_request(const SendRequest& from) {
  routerrpc::SendPaymentRequest out;
  out.set_payment_request(from.invoice);
  out.set_fee_limit_msat(from.max_fee.value);
  // 0 would be lnd's default of 60.
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(from.timeout).count();
  out.set_timeout_seconds(static_cast<std::int32_t>(std::clamp<std::int64_t>(seconds, 1, 3600)));
  for (const auto channel : from.out_channels) out.add_outgoing_chan_ids(channel);
  if (from.last_hop) {
    out.set_last_hop_pubkey(std::string(from.last_hop->text()));
    out.set_allow_self_payment(true);
  }
  // Five days: who is paid may hold a payment up for so long.
  out.set_cltv_limit(kLongestTimelockBlocks);
  // In one part, so that it takes one channel and has one time lock; lnd splits nothing under 10,000 sat
  // anyway.
  out.set_max_parts(1);
  out.set_no_inflight_updates(true);
  return out;
}

/// What a send's end without an outcome means.
Result<PaymentStatus> ended_early(Link& link, const grpc::Status& status) {
  if (status.ok()) return kInFlight;
  if (status.error_message().find("invoice expired") != std::string::npos) return kExpired;
  const auto error = link.failure(status, Errc::invalid);
  // The connection, or lnd, went away; or it takes too long.
  if (error.code == Errc::closed || error.code == Errc::timeout) return kInFlight;
  return std::unexpected(error);
}

}  // namespace

Task<Result<DecodedInvoice>> LndWallet::decode(std::string invoice) {
  const Link::Use use(link_);
  lnrpc::PayReqString request;
  request.set_pay_req(std::move(invoice));
  const auto found = co_await unary<lnrpc::Lightning>(link_, &lnrpc::Lightning::Stub::async::DecodePayReq,
                                                      std::move(request), Errc::invalid);
  if (!found) co_return std::unexpected(found.error());
  const auto hash = PaymentHash::from_hex(found->payment_hash());
  const auto payee = LightningKey::from_hex(found->destination());
  if (!hash || !payee || found->num_msat() < 0) co_return fail(Errc::invalid, "an invoice that cannot be");
  co_return DecodedInvoice{.hash = *hash,
                           .payee = *payee,
                           .amount = {found->num_msat()},
                           .description_hash = Digest::from_hex(found->description_hash()).value_or(Digest()),
                           .created = from_unix_seconds(found->timestamp()),
                           .expires = from_unix_seconds(found->timestamp(), found->expiry())};
}

Task<Result<PaymentStatus>> LndWallet::send(SendRequest request) {
  const Link::Use use(link_);
  if (request.max_fee.value < 0) co_return fail(Errc::invalid, "a negative fee");
  auto stream = open_stream<routerrpc::Router>(link_, &routerrpc::Router::Stub::async::SendPaymentV2,
                                               to_request(request), request.timeout + kInFlightPatience);
  if (!stream) co_return std::unexpected(stream.error());
  while (const auto payment = co_await stream->next()) {
    auto status = to_payment_status(*payment);
    if (!status || status->state != PaymentStatus::State::in_flight) co_return status;
  }
  co_return ended_early(link_, stream->status());
}

Task<Result<PaymentStatus>> LndWallet::track(PaymentHash hash) {
  const Link::Use use(link_);
  routerrpc::TrackPaymentRequest request;
  request.set_payment_hash(std::string(hash.text()));
  // The first message is how it stands, in flight or not. Without updates of those in flight there would be
  // none.
  request.set_no_inflight_updates(false);
  auto stream = open_stream<routerrpc::Router>(link_, &routerrpc::Router::Stub::async::TrackPaymentV2,
                                               std::move(request), kCallLimit);
  if (!stream) co_return std::unexpected(stream.error());
  if (const auto payment = co_await stream->next()) co_return to_payment_status(*payment);
  if (stream->status().ok()) co_return fail(Errc::closed, "lnd ended the stream");
  auto error = link_.failure(stream->status());
  if (error.code == Errc::not_found) co_return PaymentStatus();
  co_return std::unexpected(std::move(error));
}

}  // namespace mycostr::lightning
