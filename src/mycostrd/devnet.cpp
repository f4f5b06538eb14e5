#include <fmt/core.h>

#include <array>
#include <cstdlib>

#include "base/log.hpp"
#include "mycostrd/commands.hpp"
#include "mycostrd/log_sink.hpp"
#include "mycostrd/serve.hpp"
#include "mycostrd/settings.hpp"

namespace mycostr {
namespace {

namespace fs = std::filesystem;

constexpr std::array kLocations{"DE", "US-CA", "JP", "BR", "ZA", "AU", "FR", "IN", "CA", "SG"};
constexpr std::uint64_t kCapacity = 10'000'000'000;

/// A directory of the system's for temporary ones, gone at the end.
class TemporaryDir {
 public:
  TemporaryDir() {
    auto name = (fs::temp_directory_path() / "mycostr-devnet-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    path_ = name;
  }
  ~TemporaryDir() {
    std::error_code error;
    fs::remove_all(path_, error);
  }
  TemporaryDir(const TemporaryDir&) = delete;
  TemporaryDir& operator=(const TemporaryDir&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

auto location_of(unsigned index) {
  return placement::parse_location(kLocations[index % kLocations.size()]);
}

/// What all nodes have in common.
config::Settings devnet_settings() {
  config::Settings settings;
  settings.holder.capacity = {kCapacity};
  settings.holder.min_capacity = {};
  settings.holder.location = location_of(0);  // a holder has one; each gets its own
  settings.placement.distinct_subnets = false;
  settings.network.id = "devnet";
  return settings;
}

class Devnet {
 public:
  /// `common`: with what the environment says.
  Devnet(const DevnetOptions& options, config::Settings common, fs::path root)
      : options_(options), common_(std::move(common)), root_(std::move(root)) {}

  std::unique_ptr<node::Node> next(const node::Machine& machine) {
    if (made_ == options_.nodes) return nullptr;
    const node::DataDir dir{root_ / fmt::format("node{}", made_)};
    auto settings = settings_for(common_, made_);
    if (!fs::exists(dir.settings_file())) {
      // What the environment says is not written down, as by init.
      const auto id = node::make_data_dir(dir, settings_for(devnet_settings(), made_), random_);
      if (!id) throw std::runtime_error(id.error().detail);
    }
    // Not in the file: a port for the peers that is free now, and the first node's.
    settings.peer.address.port = 0;
    if (bootstrap_) settings.peer.bootstrap = {*bootstrap_};
    const auto secrets = node::read_secrets(dir);
    if (!secrets) throw std::runtime_error(secrets.error().detail);
    auto made =
        std::make_unique<node::Node>(machine, node::NodeOptions{dir, settings, *secrets, MYCOSTR_VERSION});
    if (!bootstrap_) bootstrap_ = made->peer_endpoint();
    ++made_;
    return made;
  }

 private:
  /// What tells the nodes of one process apart comes from here only.
  config::Settings settings_for(config::Settings settings, unsigned index) const {
    settings.api.address = {"127.0.0.1", static_cast<std::uint16_t>(options_.api_port + index)};
    settings.peer.address.host = "127.0.0.1";
    settings.peer.bootstrap.clear();
    settings.peer.advertise.clear();
    settings.holder.location = location_of(index);
    // They share what one node may take.
    settings.limits.memory = std::max(ByteCount{settings.limits.memory.value / options_.nodes}, 48_MiB);
    return settings;
  }

  const DevnetOptions& options_;
  const config::Settings common_;
  const fs::path root_;
  net::SystemRandom random_;
  unsigned made_ = 0;
  std::optional<Endpoint> bootstrap_;
};

}  // namespace

int devnet_command(const DevnetOptions& options) {
  if (options.api_port + options.nodes > 65536)
    return complain("--api-port: too high for that many nodes", kUsage);
  auto settings = with_environment(devnet_settings());
  if (!settings) return complain(settings.error().detail, kUsage);
  start_logging(settings->log.level);
  std::optional<TemporaryDir> temporary;
  if (!options.data_dir) temporary.emplace();
  const fs::path root = options.data_dir ? fs::path(*options.data_dir) : temporary->path();
  log(LogLevel::warn, "devnet",
      "{} nodes in one process under {}: the rules on minimal capacity and distinct subnets "
      "are off unless the environment says otherwise, which is for development only",
      options.nodes, root.string());
  Devnet devnet(options, std::move(*settings), root);
  return serve([&](const node::Machine& machine) { return devnet.next(machine); });
}

}  // namespace mycostr
