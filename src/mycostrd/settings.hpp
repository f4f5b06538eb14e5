// The settings a command runs with.
#pragma once

#include "config/settings.hpp"
#include "node/data_dir.hpp"

namespace mycostr {

/// Over these the environment, checked. Errors: invalid, io.
Result<config::Settings> with_environment(config::Settings settings);
/// The data directory's file, over it the environment, checked. Errors: invalid, io.
Result<config::Settings> load_settings(const node::DataDir& dir);

}  // namespace mycostr
