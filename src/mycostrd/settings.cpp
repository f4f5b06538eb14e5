#include "mycostrd/settings.hpp"

#include <unistd.h>

namespace mycostr {

Result<config::Settings> load_settings(const node::DataDir& dir) {
  auto settings = config::read_file(dir.settings_file());
  if (!settings) return settings;
  if (const auto done = config::apply_environment(*settings, environ); !done)
    return std::unexpected(done.error());
  if (const auto done = config::check(*settings); !done) return std::unexpected(done.error());
  return settings;
}

}  // namespace mycostr
