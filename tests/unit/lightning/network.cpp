#include "network.hpp"

#include <fmt/core.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "lnd/invoices.grpc.pb.h"
#include "lnd/router.grpc.pb.h"
#include "support/fake_lnd/fake_lightning.hpp"

namespace mycostr::lightning {

namespace {

class FakeNetworkInFolder final : public TestNetwork {
 public:
  FakeNetworkInFolder() : fake_(make_folder(), {.nodes = 4}) {}
  ~FakeNetworkInFolder() override { std::filesystem::remove_all(folder_); }

  LndAccess access(std::size_t node) const override { return fake_.access(node); }
  LndAccess admin(std::size_t node) const override { return fake_.access(node); }
  void mine(unsigned blocks) override { fake_.network().mine(blocks); }
  void kill(std::size_t node) override { fake_.kill(node); }
  void start(std::size_t node) override { fake_.start(node); }

 private:
  std::filesystem::path make_folder() {
    std::string name = std::filesystem::temp_directory_path() / "mycostr-fake-lnd-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for the fake lnd");
    return folder_ = name;
  }

  std::filesystem::path folder_;
  test::FakeLightning fake_;
};

/// By the scripts of tests/lightning.
class RealNetwork final : public TestNetwork {
 public:
  explicit RealNetwork(std::string folder) : folder_(std::move(folder)) {
    std::ifstream file(folder_ + "/network.json");
    const auto network = nlohmann::json::parse(file);
    nodes_ = network.at("nodes");
    scripts_ = network.at("scripts");
  }

  LndAccess access(std::size_t node) const override { return with_macaroon(node, "macaroon"); }
  LndAccess admin(std::size_t node) const override { return with_macaroon(node, "admin_macaroon"); }
  void mine(unsigned blocks) override { run("mine", std::to_string(blocks)); }
  void kill(std::size_t node) override { run("node", "kill " + name(node)); }
  void start(std::size_t node) override { run("node", "start " + name(node)); }

 private:
  std::string name(std::size_t node) const { return nodes_.at(node).at("name"); }
  LndAccess with_macaroon(std::size_t node, const char* key) const {
    const auto& it = nodes_.at(node);
    return {it.at("grpc"), it.at("tls_cert").get<std::string>(), it.at(key).get<std::string>()};
  }
  void run(const std::string& script, const std::string& arguments) const {
    const auto command = fmt::format("{}/{} --dir '{}' {} >&2", scripts_, script, folder_, arguments);
    if (std::system(command.c_str()) != 0) throw std::runtime_error(command + " failed");
  }

  const std::string folder_;
  nlohmann::json nodes_;
  std::string scripts_;
};

void check(const grpc::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.error_message());
}

}  // namespace

std::unique_ptr<TestNetwork> make_fake_network() {
  return std::make_unique<FakeNetworkInFolder>();
}

std::unique_ptr<TestNetwork> use_real_network() {
  return std::make_unique<RealNetwork>(std::getenv("MYCOSTR_LIGHTNING_DIR"));
}

struct Admin::Stubs {
  Stubs(const std::shared_ptr<grpc::Channel>& channel, std::string sent_macaroon)
      : invoices(channel), router(channel), macaroon(std::move(sent_macaroon)) {}
  /// Sends `request` by `method` of a stub.
  template <class Stub, class Request, class Response>
  Response call(Stub& stub, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                const Request& request) {
    grpc::ClientContext context;
    context.AddMetadata("macaroon", macaroon);
    context.set_wait_for_ready(true);  // after a restart
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    Response response;
    check((stub.*method)(&context, request, &response));
    return response;
  }
  invoicesrpc::Invoices::Stub invoices;
  routerrpc::Router::Stub router;
  const std::string macaroon;
};

Admin::Admin(LndAccess access) {
  const auto credentials = load_credentials(access).value();
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = credentials.certificate;
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  stubs_ = std::make_unique<Stubs>(
      grpc::CreateCustomChannel(access.address, grpc::SslCredentials(tls), arguments), credentials.macaroon);
}

Admin::~Admin() = default;

std::string Admin::add_hold_invoice(std::string_view hash, std::int64_t msat) {
  invoicesrpc::AddHoldInvoiceRequest request;
  request.set_hash(std::string(hash));
  request.set_value_msat(msat);
  request.set_expiry(3600);
  return stubs_->call(stubs_->invoices, &invoicesrpc::Invoices::Stub::AddHoldInvoice, request)
      .payment_request();
}

void Admin::settle(std::string_view preimage) {
  invoicesrpc::SettleInvoiceMsg request;
  request.set_preimage(std::string(preimage));
  stubs_->call(stubs_->invoices, &invoicesrpc::Invoices::Stub::SettleInvoice, request);
}

void Admin::forget_failures() {
  stubs_->call(stubs_->router, &routerrpc::Router::Stub::ResetMissionControl,
               routerrpc::ResetMissionControlRequest());
}

}  // namespace mycostr::lightning
