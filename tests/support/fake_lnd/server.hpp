// One fake lnd's server.
#pragma once

#include <grpcpp/server.h>

#include <mutex>

#include "lightning/access.hpp"
#include "support/fake_lnd/certificate.hpp"
#include "support/fake_lnd/services.hpp"

namespace mycostr::test {

/// Any one thread.
class FakeServer {
 public:
  /// Writes tls.cert and admin.macaroon into `folder`. `network` outlives it. Throws std::runtime_error.
  FakeServer(FakeNetwork& network, std::size_t node, const std::filesystem::path& folder);
  ~FakeServer();

  void start();
  void kill();
  void renew_macaroon();
  void renew_certificate();
  lightning::LndAccess access() const;

 private:
  grpc::Status check_macaroon(grpc::ServerContext& context);

  ServedNode node_;
  const std::filesystem::path folder_;
  Certificate certificate_;
  int port_ = 0;  // 0: not yet chosen
  std::mutex mutex_;
  std::string macaroon_;  // in hex; under the mutex
  int macaroons_ = 0;
  StateService state_{node_};
  LightningService lightning_{node_};
  RouterService router_{node_};
  InvoicesService invoices_{node_};
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace mycostr::test
