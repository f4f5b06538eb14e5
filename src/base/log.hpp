// One line per event, with ids and without secrets. The program decides where lines go.
#pragma once

#include <fmt/core.h>

#include <string>
#include <string_view>

namespace mycostr {

enum class LogLevel { debug, info, warn, error };

/// Takes a finished line; may be called on any thread.
using LogSink = void (*)(LogLevel level, std::string_view component, std::string_view line);

/// Set once at start, before threads are made. Without a sink lines are dropped.
void set_log_sink(LogSink sink, LogLevel least);

namespace detail {
bool log_enabled(LogLevel level);
void log_line(LogLevel level, std::string_view component, std::string_view line);
}  // namespace detail

/// log(LogLevel::info, "store", "stored file={} chunks={}", id, count)
template <class... Args>
void log(LogLevel level, std::string_view component, fmt::format_string<Args...> format, Args&&... args) {
  if (!detail::log_enabled(level)) return;
  detail::log_line(level, component, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace mycostr
