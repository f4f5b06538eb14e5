// Log lines to the standard error, through spdlog.
#pragma once

#include "base/log.hpp"

namespace mycostr {

void start_logging(LogLevel least);

}  // namespace mycostr
