#include "mycostrd/log_sink.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace mycostr {
namespace {

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warn:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

void write_line(LogLevel level, std::string_view component, std::string_view line) {
  // Others' words may be in it: they make no lines of their own, and steer no terminal.
  std::string plain(line);
  std::ranges::replace_if(plain, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  spdlog::default_logger_raw()->log(spdlog_level(level), "{}: {}", component, plain);
}

}  // namespace

void start_logging(LogLevel least) {
  auto logger = spdlog::stderr_logger_mt("mycostrd");
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  logger->set_level(spdlog_level(least));
  spdlog::set_default_logger(std::move(logger));
  set_log_sink(write_line, least);
}

}  // namespace mycostr
