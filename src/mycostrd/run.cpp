#include "mycostrd/commands.hpp"
#include "mycostrd/log_sink.hpp"
#include "mycostrd/serve.hpp"
#include "mycostrd/settings.hpp"

namespace mycostr {

int run_command(const RunOptions& options) {
  const node::DataDir dir{options.data_dir};
  const auto settings = load_settings(dir);
  if (!settings) return complain(settings.error().detail, kUsage);
  const auto secrets = node::read_secrets(dir);
  if (!secrets) return complain(secrets.error().detail, kUsage);
  start_logging(settings->log.level);
  bool made = false;
  return serve([&](const node::Machine& machine) -> std::unique_ptr<node::Node> {
    if (std::exchange(made, true)) return nullptr;
    return std::make_unique<node::Node>(machine,
                                        node::NodeOptions{dir, *settings, *secrets, MYCOSTR_VERSION});
  });
}

}  // namespace mycostr
