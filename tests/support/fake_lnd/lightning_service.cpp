#include "support/fake_lnd/pay_req.hpp"
#include "support/fake_lnd/services.hpp"

namespace mycostr::test {

grpc::Status LightningService::GetInfo(grpc::ServerContext* context, const lnrpc::GetInfoRequest*,
                                       lnrpc::GetInfoResponse* out) {
  return node_.answer(*context, "GetInfo", [&] {
    *out = node_.network.get_info(node_.number);
    return grpc::Status::OK;
  });
}

grpc::Status LightningService::AddInvoice(grpc::ServerContext* context, const lnrpc::Invoice* request,
                                          lnrpc::AddInvoiceResponse* out) {
  return node_.answer(*context, "AddInvoice",
                      [&] { return node_.network.add_invoice(node_.number, *request, *out); });
}

grpc::Status LightningService::LookupInvoice(grpc::ServerContext* context, const lnrpc::PaymentHash* request,
                                             lnrpc::Invoice* out) {
  return node_.answer(*context, "LookupInvoice",
                      [&] { return node_.network.look_up(node_.number, request->r_hash(), *out); });
}

grpc::Status LightningService::SubscribeInvoices(grpc::ServerContext* context,
                                                 const lnrpc::InvoiceSubscription* request,
                                                 grpc::ServerWriter<lnrpc::Invoice>* out) {
  return node_.answer(*context, "SubscribeInvoices", [&]() -> grpc::Status {
    const auto before = node_.network.node(node_.number);
    std::size_t told = before.events.size();
    const auto tell = [&](const lnrpc::Invoice& invoice) {
      out->Write(invoice);
      if (before.faults.repeats_events) out->Write(invoice);
    };
    for (const auto& invoice : before.events) {
      if (request->settle_index() > 0 && invoice.settle_index() > request->settle_index()) tell(invoice);
    }
    for (;;) {
      const auto wake = node_.network.wait(node_.number, *context, before.stream_generation,
                                           [&](const FakeNode& node) { return node.events.size() > told; });
      // A stopped lnd ends this one without an error.
      if (wake == FakeNetwork::Wake::dropped) return grpc::Status::OK;
      if (wake == FakeNetwork::Wake::cancelled) return grpc::Status::CANCELLED;
      const auto events = node_.network.node(node_.number).events;
      while (told < events.size()) tell(events[told++]);
    }
  });
}

grpc::Status LightningService::DecodePayReq(grpc::ServerContext* context, const lnrpc::PayReqString* request,
                                            lnrpc::PayReq* out) {
  return node_.answer(*context, "DecodePayReq", [&]() -> grpc::Status {
    const auto terms = decode_pay_req(request->pay_req());
    if (!terms) return {grpc::StatusCode::UNKNOWN, "invalid index of 1"};
    *out = *terms;
    return grpc::Status::OK;
  });
}

grpc::Status LightningService::ListChannels(grpc::ServerContext* context, const lnrpc::ListChannelsRequest*,
                                            lnrpc::ListChannelsResponse* out) {
  return node_.answer(*context, "ListChannels", [&] {
    *out = node_.network.list_channels(node_.number);
    return grpc::Status::OK;
  });
}

grpc::Status LightningService::PendingChannels(grpc::ServerContext* context,
                                               const lnrpc::PendingChannelsRequest*,
                                               lnrpc::PendingChannelsResponse* out) {
  return node_.answer(*context, "PendingChannels", [&] {
    *out = node_.network.pending_channels(node_.number);
    return grpc::Status::OK;
  });
}

grpc::Status LightningService::WalletBalance(grpc::ServerContext* context, const lnrpc::WalletBalanceRequest*,
                                             lnrpc::WalletBalanceResponse* out) {
  return node_.answer(*context, "WalletBalance", [&] {
    *out = node_.network.wallet_balance(node_.number);
    return grpc::Status::OK;
  });
}

grpc::Status LightningService::ConnectPeer(grpc::ServerContext* context,
                                           const lnrpc::ConnectPeerRequest* request,
                                           lnrpc::ConnectPeerResponse*) {
  return node_.answer(*context, "ConnectPeer",
                      [&] { return node_.network.connect_peer(node_.number, request->addr()); });
}

grpc::Status LightningService::OpenChannel(grpc::ServerContext* context,
                                           const lnrpc::OpenChannelRequest* request,
                                           grpc::ServerWriter<lnrpc::OpenStatusUpdate>* out) {
  return node_.answer(*context, "OpenChannel", [&] {
    const auto generation = node_.network.node(node_.number).stream_generation;
    lnrpc::OpenStatusUpdate update;
    auto* pending = update.mutable_chan_pending();
    if (auto refused = node_.network.open_channel(node_.number, *request, *pending); !refused.ok())
      return refused;
    out->Write(update);
    // lnd would tell of the open channel next; nobody here waits for that.
    const auto wake =
        node_.network.wait(node_.number, *context, generation, [](const FakeNode&) { return false; });
    return wake == FakeNetwork::Wake::cancelled ? grpc::Status::CANCELLED : grpc::Status::OK;
  });
}

}  // namespace mycostr::test
