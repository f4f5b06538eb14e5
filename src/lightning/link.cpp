#include "lightning/link.hpp"

#include <grpc/support/log.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <cstdlib>
#include <mutex>

#include "base/log.hpp"
#include "lightning/call.hpp"
#include "lightning/errors.hpp"

namespace mycostr::lightning {

namespace {

/// A node with 10,000 channels lists them in less.
constexpr int kMaxMessageSize = 16 << 20;
constexpr int kConnectMs = 10'000;
constexpr int kFirstReconnectMs = 200;
constexpr int kLastReconnectMs = 5'000;
/// lnd closes connections that ping more than every 5 s.
constexpr int kPingMs = 30'000;
constexpr int kPongMs = 10'000;

/// gRPC writes each failed connection to stderr; every call's error says the same.
void quieten_grpc() {
  static std::once_flag once;
  std::call_once(once, [] {
    gpr_set_log_function([](gpr_log_func_args* args) { log(LogLevel::debug, "grpc", "{}", args->message); });
  });
}

grpc::ChannelArguments channel_arguments() {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxMessageSize);
  // In spite of its name: how long an attempt may take.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectMs);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kFirstReconnectMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kLastReconnectMs);
  // A quiet stream would never notice that the other machine has gone.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kPingMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kPongMs);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // Otherwise channels with other credentials could share one connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // An lnd is this machine's or its neighbour's; and who sends again what may have been carried out is the
  // payer's to decide.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  return arguments;
}

}  // namespace

Link::Link(boost::asio::io_context& loop, LndAccess access) : loop_(loop), access_(std::move(access)) {
  quieten_grpc();
}

Link::~Link() {
  if (live_.empty() && uses_ == 0) return;
  // Going on would leave callbacks that refer to memory that is gone.
  log(LogLevel::error, "lightning", "destroyed while {} calls run", live_.size() + uses_);
  std::abort();
}

Result<std::shared_ptr<grpc::Channel>> Link::channel() {
  if (stopped_) return fail(Errc::closed, "this node is stopping");
  if (!files_may_have_changed_) return channel_;
  auto credentials = load_credentials(access_);
  if (!credentials) return std::unexpected(credentials.error());
  if (credentials_ != *credentials) {
    grpc::SslCredentialsOptions tls;
    tls.pem_root_certs = credentials->certificate;
    channel_ = grpc::CreateCustomChannel(access_.address, grpc::SslCredentials(tls), channel_arguments());
    credentials_ = std::move(*credentials);
  }
  files_may_have_changed_ = false;
  return channel_;
}

void Link::add_macaroon(grpc::ClientContext& context) const {
  context.AddMetadata("macaroon", credentials_->macaroon);
}

Error Link::failure(const grpc::Status& status, Errc otherwise) {
  if (stopped_) return {Errc::closed, "this node is stopping"};
  auto error = to_error(status, otherwise);
  files_may_have_changed_ |= error.code == Errc::unreachable || error.code == Errc::closed ||
                             error.code == Errc::timeout || error.code == Errc::forbidden;
  return error;
}

Task<> Link::stop() {
  stopped_ = true;
  for (auto* call : live_) call->cancel();
  while (!live_.empty() || uses_ > 0) co_await ended_.wait();
  channel_.reset();
}

}  // namespace mycostr::lightning
