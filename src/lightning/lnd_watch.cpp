// Hearing of settled invoices.
#include "base/log.hpp"
#include "lightning/lnd_wallet.hpp"
#include "lightning/stream.hpp"
#include "lnd/lightning.grpc.pb.h"

namespace mycostr::lightning {

namespace {

constexpr Duration kFirstPause = std::chrono::milliseconds(500);
constexpr Duration kLastPause = std::chrono::seconds(30);

}  // namespace

Task<> LndWallet::watch_invoices() {
  auto pause = kFirstPause;
  for (;;) {
    const auto began = clock_.now();
    const auto error = co_await follow_invoices();
    // What held for a while has not failed again and again.
    if (clock_.now() - began > kLastPause) pause = kFirstPause;
    log(LogLevel::debug, "lightning", "settlements are not followed for {:.1f} s: {}", to_seconds(pause),
        to_string(error));
    co_await clock_.sleep_for(pause);
    pause = std::min(2 * pause, kLastPause);
  }
}

/// Until the stream ends, which is no news of any payment; says why.
Task<Error> LndWallet::follow_invoices() {
  lnrpc::InvoiceSubscription request;
  // 0 asks for none of the past; from the first settlement on nothing is missed while this wallet lives.
  request.set_settle_index(settle_index_);
  auto stream = open_stream<lnrpc::Lightning>(link_, &lnrpc::Lightning::Stub::async::SubscribeInvoices,
                                              std::move(request), std::nullopt);
  if (!stream) co_return stream.error();
  while (const auto invoice = co_await stream->next()) {
    // New invoices come by the same stream.
    if (invoice->state() != lnrpc::Invoice::SETTLED || invoice->settle_index() == settle_index_) continue;
    settle_index_ = invoice->settle_index();
    const auto hash = PaymentHash::from(as_bytes(invoice->r_hash()));
    if (hash && on_settled) on_settled(*hash);
  }
  if (stream->status().ok()) co_return Error{Errc::closed, "lnd ended the stream"};
  co_return link_.failure(stream->status());
}

}  // namespace mycostr::lightning
