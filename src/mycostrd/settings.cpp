#include "mycostrd/settings.hpp"

#include <unistd.h>

#include "geo/maxmind_database.hpp"
#include "net/tls_identity.hpp"

namespace mycostr {
namespace {

/// The files that settings name.
Result<void> check_files(const config::Settings& settings) {
  if (!settings.location.geoip_database.empty()) {
    const auto opened = geo::MaxmindDatabase::open(settings.location.geoip_database);
    if (!opened) return fail(Errc::invalid, "location.geoip_database: " + opened.error().detail);
  }
  if (settings.api.tls_cert.empty()) return {};
  try {
    const net::ApiTls tls(settings.api.tls_cert, settings.api.tls_key);
  } catch (const std::exception& error) {
    return fail(Errc::invalid, std::string("api.tls_cert and api.tls_key: ") + error.what());
  }
  return {};
}

}  // namespace

Result<config::Settings> with_environment(config::Settings settings) {
  if (const auto done = config::apply_environment(settings, environ); !done)
    return std::unexpected(done.error());
  if (const auto done = config::check(settings); !done) return std::unexpected(done.error());
  if (const auto done = check_files(settings); !done) return std::unexpected(done.error());
  return settings;
}

Result<config::Settings> load_settings(const node::DataDir& dir) {
  const auto settings = config::read_file(dir.settings_file());
  if (!settings) return settings;
  return with_environment(*settings);
}

}  // namespace mycostr
