// With MYCOSTR_SIM_LOG set, the nodes' log lines go to stderr: for following a seed.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "base/log.hpp"

namespace mycostr::sim {
namespace {

void print(LogLevel, std::string_view component, std::string_view line) {
  fmt::print(stderr, "{}: {}\n", component, line);
}

class LogLines : public testing::Environment {
 public:
  void SetUp() override {
    if (std::getenv("MYCOSTR_SIM_LOG") != nullptr) set_log_sink(print, LogLevel::debug);
  }
};

const auto* const kLogLines = testing::AddGlobalTestEnvironment(new LogLines);

}  // namespace
}  // namespace mycostr::sim
