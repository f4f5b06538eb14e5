#include <unistd.h>

#include <cstdio>

#include "mycostrd/commands.hpp"
#include "mycostrd/settings.hpp"
#include "net/system_random.hpp"

namespace mycostr {
namespace {

Result<config::Settings> settings_of(const InitOptions& options) {
  config::Settings settings;
  const auto apply = [&](const char* setting, const std::optional<std::string>& value,
                         const char* name) -> Result<void> {
    if (!value) return {};
    return config::set(settings, setting, *value, name);
  };
  std::optional<std::string> bootstrap;
  for (const auto& address : options.bootstrap) bootstrap = bootstrap ? *bootstrap + "," + address : address;
  for (const auto& done :
       {apply("api.address", options.api, "--api"), apply("peer.address", options.peer, "--peer"),
        apply("peer.bootstrap", bootstrap, "--bootstrap"),
        apply("holder.capacity", options.capacity, "--capacity"),
        apply("holder.location", options.location, "--location")}) {
    if (!done) return std::unexpected(done.error());
  }
  return settings;
}

}  // namespace

int init_command(const InitOptions& options) {
  const auto settings = settings_of(options);
  if (!settings) return complain(settings.error().detail, kUsage);
  auto effective = *settings;
  if (const auto done = config::apply_environment(effective, environ); !done)
    return complain(done.error().detail, kUsage);
  if (const auto done = config::check(effective); !done) return complain(done.error().detail, kUsage);
  net::SystemRandom random;
  const node::DataDir dir{options.data_dir};
  // What the environment says is not written down: it holds for this call.
  const auto id = node::make_data_dir(dir, *settings, random);
  if (!id) return complain(id.error().detail, id.error().code == Errc::exists ? kUsage : kFailed);
  std::printf("Made %s: node %s\nNext: mycostrd run --data-dir %s\n", dir.root.c_str(), id->hex().c_str(),
              dir.root.c_str());
  return kDone;
}

}  // namespace mycostr
