// lnd's gRPC services over one node of the fake network.
#pragma once

#include <functional>

#include "lnd/invoices.grpc.pb.h"
#include "lnd/lightning.grpc.pb.h"
#include "lnd/router.grpc.pb.h"
#include "lnd/state.grpc.pb.h"
#include "support/fake_lnd/network.hpp"

namespace mycostr::test {

/// What the services of one node share. Thread-safe.
struct ServedNode {
  FakeNetwork& network;
  std::size_t number;
  /// Whether the caller's macaroon is right; says what is wrong with it.
  std::function<grpc::Status(grpc::ServerContext&)> check_macaroon;

  /// Carries out `body`, unless something keeps it from being; the answer may get lost.
  template <class Body>
  grpc::Status answer(grpc::ServerContext& context, const std::string& method, Body body) {
    if (method != "GetState") {
      if (auto refused = check_macaroon(context); !refused.ok()) return refused;
    }
    if (auto refused = network.admit(number, context, method); !refused.ok()) return refused;
    const grpc::Status status = body();
    if (!network.answer_is_lost(number, method)) return status;
    return {grpc::StatusCode::UNAVAILABLE, "Socket closed"};
  }
};

class StateService final : public lnrpc::State::Service {
 public:
  explicit StateService(ServedNode& node) : node_(node) {}
  grpc::Status GetState(grpc::ServerContext*, const lnrpc::GetStateRequest*,
                        lnrpc::GetStateResponse*) override;

 private:
  ServedNode& node_;
};

class InvoicesService final : public invoicesrpc::Invoices::Service {
 public:
  explicit InvoicesService(ServedNode& node) : node_(node) {}
  grpc::Status CancelInvoice(grpc::ServerContext*, const invoicesrpc::CancelInvoiceMsg*,
                             invoicesrpc::CancelInvoiceResp*) override;
  grpc::Status AddHoldInvoice(grpc::ServerContext*, const invoicesrpc::AddHoldInvoiceRequest*,
                              invoicesrpc::AddHoldInvoiceResp*) override;
  grpc::Status SettleInvoice(grpc::ServerContext*, const invoicesrpc::SettleInvoiceMsg*,
                             invoicesrpc::SettleInvoiceResp*) override;

 private:
  ServedNode& node_;
};

class RouterService final : public routerrpc::Router::Service {
 public:
  explicit RouterService(ServedNode& node) : node_(node) {}
  grpc::Status SendPaymentV2(grpc::ServerContext*, const routerrpc::SendPaymentRequest*,
                             grpc::ServerWriter<lnrpc::Payment>*) override;
  grpc::Status TrackPaymentV2(grpc::ServerContext*, const routerrpc::TrackPaymentRequest*,
                              grpc::ServerWriter<lnrpc::Payment>*) override;
  grpc::Status ResetMissionControl(grpc::ServerContext*, const routerrpc::ResetMissionControlRequest*,
                                   routerrpc::ResetMissionControlResponse*) override;

 private:
  grpc::Status follow(grpc::ServerContext& context, const std::string& hash, bool only_the_end,
                      grpc::ServerWriter<lnrpc::Payment>& out);
  ServedNode& node_;
};

class LightningService final : public lnrpc::Lightning::Service {
 public:
  explicit LightningService(ServedNode& node) : node_(node) {}
  grpc::Status GetInfo(grpc::ServerContext*, const lnrpc::GetInfoRequest*, lnrpc::GetInfoResponse*) override;
  grpc::Status AddInvoice(grpc::ServerContext*, const lnrpc::Invoice*, lnrpc::AddInvoiceResponse*) override;
  grpc::Status LookupInvoice(grpc::ServerContext*, const lnrpc::PaymentHash*, lnrpc::Invoice*) override;
  grpc::Status SubscribeInvoices(grpc::ServerContext*, const lnrpc::InvoiceSubscription*,
                                 grpc::ServerWriter<lnrpc::Invoice>*) override;
  grpc::Status DecodePayReq(grpc::ServerContext*, const lnrpc::PayReqString*, lnrpc::PayReq*) override;
  grpc::Status ListChannels(grpc::ServerContext*, const lnrpc::ListChannelsRequest*,
                            lnrpc::ListChannelsResponse*) override;
  grpc::Status PendingChannels(grpc::ServerContext*, const lnrpc::PendingChannelsRequest*,
                               lnrpc::PendingChannelsResponse*) override;
  grpc::Status WalletBalance(grpc::ServerContext*, const lnrpc::WalletBalanceRequest*,
                             lnrpc::WalletBalanceResponse*) override;
  grpc::Status ConnectPeer(grpc::ServerContext*, const lnrpc::ConnectPeerRequest*,
                           lnrpc::ConnectPeerResponse*) override;
  grpc::Status OpenChannel(grpc::ServerContext*, const lnrpc::OpenChannelRequest*,
                           grpc::ServerWriter<lnrpc::OpenStatusUpdate>*) override;

 private:
  ServedNode& node_;
};

}  // namespace mycostr::test
