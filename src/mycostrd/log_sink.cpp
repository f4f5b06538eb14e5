#include "mycostrd/log_sink.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

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
  for (std::size_t i = 0; i < plain.size(); ++i) {
    const auto c = static_cast<unsigned char>(plain[i]);
    // U+0080 to U+009F too, which are two bytes in UTF-8.
    const auto next = i + 1 < plain.size() ? static_cast<unsigned char>(plain[i + 1]) : 0;
    const bool is_c1 = c == 0xc2 && next >= 0x80 && next <= 0x9f;
    if (c < 0x20 || c == 0x7f || is_c1) plain[i] = '?';
    if (is_c1) plain[i + 1] = '?';
  }
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
