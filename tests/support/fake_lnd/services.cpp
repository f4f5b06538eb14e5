// The services whose calls are one answer each, and payments.
#include "support/fake_lnd/services.hpp"

namespace mycostr::test {

grpc::Status StateService::GetState(grpc::ServerContext* context, const lnrpc::GetStateRequest*,
                                    lnrpc::GetStateResponse* out) {
  return node_.answer(*context, "GetState", [&] {
    out->set_state(node_.network.node(node_.number).faults.state);
    return grpc::Status::OK;
  });
}

grpc::Status InvoicesService::CancelInvoice(grpc::ServerContext* context,
                                            const invoicesrpc::CancelInvoiceMsg* request,
                                            invoicesrpc::CancelInvoiceResp*) {
  return node_.answer(*context, "CancelInvoice",
                      [&] { return node_.network.cancel_invoice(node_.number, request->payment_hash()); });
}

grpc::Status InvoicesService::AddHoldInvoice(grpc::ServerContext* context,
                                             const invoicesrpc::AddHoldInvoiceRequest* request,
                                             invoicesrpc::AddHoldInvoiceResp* out) {
  return node_.answer(*context, "AddHoldInvoice",
                      [&] { return node_.network.add_hold_invoice(node_.number, *request, *out); });
}

grpc::Status InvoicesService::SettleInvoice(grpc::ServerContext* context,
                                            const invoicesrpc::SettleInvoiceMsg* request,
                                            invoicesrpc::SettleInvoiceResp*) {
  return node_.answer(*context, "SettleInvoice",
                      [&] { return node_.network.settle_invoice(node_.number, request->preimage()); });
}

grpc::Status RouterService::ResetMissionControl(grpc::ServerContext* context,
                                                const routerrpc::ResetMissionControlRequest*,
                                                routerrpc::ResetMissionControlResponse*) {
  return node_.answer(*context, "ResetMissionControl", [] { return grpc::Status::OK; });
}

grpc::Status RouterService::SendPaymentV2(grpc::ServerContext* context,
                                          const routerrpc::SendPaymentRequest* request,
                                          grpc::ServerWriter<lnrpc::Payment>* out) {
  return node_.answer(*context, "SendPaymentV2", [&] {
    std::string hash;
    if (auto refused = node_.network.send_payment(node_.number, *request, hash); !refused.ok())
      return refused;
    return follow(*context, hash, request->no_inflight_updates(), *out);
  });
}

grpc::Status RouterService::TrackPaymentV2(grpc::ServerContext* context,
                                           const routerrpc::TrackPaymentRequest* request,
                                           grpc::ServerWriter<lnrpc::Payment>* out) {
  return node_.answer(*context, "TrackPaymentV2", [&] {
    return follow(*context, request->payment_hash(), request->no_inflight_updates(), *out);
  });
}

grpc::Status RouterService::follow(grpc::ServerContext& context, const std::string& hash, bool only_the_end,
                                   grpc::ServerWriter<lnrpc::Payment>& out) {
  const auto generation = node_.network.node(node_.number).stream_generation;
  lnrpc::Payment payment;
  if (auto status = node_.network.find_payment(node_.number, hash, payment); !status.ok()) return status;
  const auto id = *PaymentHash::from(as_bytes(hash));
  for (;;) {
    const bool is_final =
        payment.status() == lnrpc::Payment::SUCCEEDED || payment.status() == lnrpc::Payment::FAILED;
    if (is_final || !only_the_end) out.Write(payment);
    if (is_final) return grpc::Status::OK;
    const auto told = payment.SerializeAsString();
    const auto wake = node_.network.wait(node_.number, context, generation, [&](const FakeNode& node) {
      return node.payments.at(id).message.SerializeAsString() != told;
    });
    if (wake == FakeNetwork::Wake::cancelled) return grpc::Status::CANCELLED;
    if (wake == FakeNetwork::Wake::dropped)
      return {grpc::StatusCode::UNKNOWN, "routerrpc server shutting down"};
    node_.network.find_payment(node_.number, hash, payment);
  }
}

}  // namespace mycostr::test
