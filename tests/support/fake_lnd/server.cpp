#include "support/fake_lnd/server.hpp"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <fstream>

#include "crypto/sha256.hpp"

namespace mycostr::test {

namespace {

void write(const std::filesystem::path& path, std::string_view text) {
  auto temporary = path;
  temporary += ".new";
  std::ofstream(temporary, std::ios::binary) << text;
  std::filesystem::rename(temporary, path);
}

}  // namespace

FakeServer::FakeServer(FakeNetwork& network, std::size_t node, const std::filesystem::path& folder)
    : node_{network, node, [this](grpc::ServerContext& context) { return check_macaroon(context); }},
      folder_(folder) {
  std::filesystem::create_directories(folder_);
  renew_certificate();
  renew_macaroon();
}

FakeServer::~FakeServer() {
  kill();
}

void FakeServer::start() {
  grpc::SslServerCredentialsOptions tls;
  tls.pem_key_cert_pairs.push_back({certificate_.key, certificate_.certificate});
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:" + std::to_string(port_), grpc::SslServerCredentials(tls), &port);
  builder.RegisterService(&state_)
      .RegisterService(&lightning_)
      .RegisterService(&router_)
      .RegisterService(&invoices_);
  // Calls block a thread each; one queue with few threads that wait is enough for what tests send.
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::NUM_CQS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::MIN_POLLERS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::MAX_POLLERS, 2);
  server_ = builder.BuildAndStart();
  if (!server_ || port == 0)
    throw std::runtime_error("a fake lnd cannot listen on port " + std::to_string(port_));
  port_ = port;
}

void FakeServer::kill() {
  if (!server_) return;
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
  server_.reset();
}

void FakeServer::renew_macaroon() {
  const auto& name = folder_.filename().string();
  const auto bytes = crypto::sha256(as_bytes(name + " macaroon " + std::to_string(++macaroons_)));
  const std::lock_guard lock(mutex_);
  macaroon_ = bytes.hex();
  write(folder_ / "admin.macaroon", bytes.text());
}

void FakeServer::renew_certificate() {
  certificate_ = make_certificate();
  write(folder_ / "tls.cert", certificate_.certificate);
}

lightning::LndAccess FakeServer::access() const {
  return {"127.0.0.1:" + std::to_string(port_), folder_ / "tls.cert", folder_ / "admin.macaroon"};
}

grpc::Status FakeServer::check_macaroon(grpc::ServerContext& context) {
  const auto& metadata = context.client_metadata();
  if (metadata.count("macaroon") != 1) {
    return {grpc::StatusCode::UNKNOWN,
            "expected 1 macaroon, got " + std::to_string(metadata.count("macaroon"))};
  }
  const auto& sent = metadata.find("macaroon")->second;
  const std::lock_guard lock(mutex_);
  if (std::string_view(sent.data(), sent.size()) == macaroon_) return grpc::Status::OK;
  return {grpc::StatusCode::UNKNOWN, "verification failed: signature mismatch after caveat verification"};
}

}  // namespace mycostr::test
