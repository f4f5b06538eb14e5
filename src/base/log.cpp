#include "base/log.hpp"

namespace mycostr {
namespace {
LogSink current_sink = nullptr;
LogLevel least_level = LogLevel::info;
}  // namespace

void set_log_sink(LogSink sink, LogLevel least) {
  current_sink = sink;
  least_level = least;
}

namespace detail {

bool log_enabled(LogLevel level) {
  return current_sink != nullptr && level >= least_level;
}

void log_line(LogLevel level, std::string_view component, std::string_view line) {
  current_sink(level, component, line);
}

}  // namespace detail
}  // namespace mycostr
