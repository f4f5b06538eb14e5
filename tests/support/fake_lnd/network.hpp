// A Lightning network in memory: what several lnd would hold, and what can go wrong with them.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>

#include "lnd/invoices.pb.h"
#include "lnd/router.pb.h"
#include "support/fake_lnd/model.hpp"

namespace grpc {
class ServerContext;
}

namespace mycostr::test {

/// Thread-safe. Nodes are numbered from 0 and never go. Nothing happens by itself: payments are carried out
/// within the call that sends them, channels open when mine() is called, and time passes as the machine's,
/// plus what advance() adds. Errors are lnd's own, word for word.
class FakeNetwork {
 public:
  /// `min_channel_sat`: smaller channels are refused by whom they are to be opened to.
  explicit FakeNetwork(std::int64_t min_channel_sat = 100'000) : min_channel_sat_(min_channel_sat) {}

  // Building it.
  std::size_t add_node(const std::string& name, std::int64_t funds_sat);
  /// An open channel; the opener pays 3,000 sat of fees out of it.
  void add_channel(std::size_t from, std::size_t to, std::int64_t capacity_sat, std::int64_t push_sat);

  // What happens to it.
  /// `change` runs under the mutex: it calls nothing of the network.
  void set_faults(std::size_t node, const std::function<void(Faults&)>& change);
  /// Ends a node's streams as an lnd does that is stopped.
  void drop_streams(std::size_t node);
  void set_online(std::size_t node, bool is_online);
  void fund(std::size_t node, std::int64_t sat);
  void mine(std::uint32_t blocks);
  void advance(std::chrono::seconds duration);
  /// A held payment goes on; false where none is held, or the payee is offline.
  bool release(const PaymentHash& hash);

  // What it has come to.
  FakeNode node(std::size_t index) const;
  std::size_t size() const;
  std::vector<FakeChannel> channels() const;
  std::uint32_t height() const;

  // lnd's calls to node `n`, unary.
  lnrpc::GetInfoResponse get_info(std::size_t n) const;
  grpc::Status add_invoice(std::size_t n, lnrpc::Invoice invoice, lnrpc::AddInvoiceResponse& out);
  grpc::Status look_up(std::size_t n, const std::string& hash, lnrpc::Invoice& out);
  grpc::Status cancel_invoice(std::size_t n, const std::string& hash);
  grpc::Status add_hold_invoice(std::size_t n, const invoicesrpc::AddHoldInvoiceRequest& request,
                                invoicesrpc::AddHoldInvoiceResp& out);
  grpc::Status settle_invoice(std::size_t n, const std::string& preimage);
  lnrpc::ListChannelsResponse list_channels(std::size_t n) const;
  lnrpc::PendingChannelsResponse pending_channels(std::size_t n) const;
  lnrpc::WalletBalanceResponse wallet_balance(std::size_t n) const;
  grpc::Status connect_peer(std::size_t n, const lnrpc::LightningAddress& to);

  // Those with streams: what they begin with.
  grpc::Status open_channel(std::size_t n, const lnrpc::OpenChannelRequest& request,
                            lnrpc::PendingUpdate& out);
  grpc::Status send_payment(std::size_t n, const routerrpc::SendPaymentRequest& request, std::string& hash);
  grpc::Status find_payment(std::size_t n, const std::string& hash, lnrpc::Payment& out) const;

  // For the servers.
  enum class Wake { news, dropped, cancelled };
  /// Until `is_news`, or the stream is to end. `generation`: the node's, as the stream began.
  Wake wait(std::size_t n, grpc::ServerContext& context, std::uint64_t generation,
            const std::function<bool(const FakeNode&)>& is_news);
  /// What keeps a call from being carried out, after the node's delay.
  grpc::Status admit(std::size_t n, grpc::ServerContext& context, const std::string& method);
  bool answer_is_lost(std::size_t n, const std::string& method);

 private:
  std::int64_t now_s() const;
  std::size_t index_of(std::string_view key_hex) const;  // size() where there is none
  grpc::Status register_invoice(std::size_t n, lnrpc::Invoice& invoice);
  void expire(lnrpc::Invoice& invoice) const;
  void arrive(std::size_t payer, FakePayment& payment);
  void settle(FakePayment& payment, lnrpc::Invoice& invoice, FakeNode& payee);
  void fail(FakePayment& payment, lnrpc::PaymentFailureReason reason);
  void unlock(FakePayment& payment, bool is_paid);
  /// The payment that waits at an accepted invoice.
  FakePayment* waiting(const PaymentHash& hash);
  bool is_active(const FakeChannel& channel) const;
  std::string make_txid();

  const std::int64_t min_channel_sat_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<FakeNode> nodes_;
  std::vector<FakeChannel> channels_;
  std::uint32_t height_ = 100;
  std::uint64_t transactions_ = 0;
  std::chrono::seconds advanced_{0};
};

}  // namespace mycostr::test
