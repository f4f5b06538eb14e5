// The sub-commands of mycostrd. Each returns the process's exit code.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace mycostr {

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;  ///< at run time
inline constexpr int kUsage = 2;   ///< wrong usage or configuration

struct InitOptions {
  std::string data_dir;
  std::optional<std::string> api;
  std::optional<std::string> peer;
  std::vector<std::string> bootstrap;
  std::optional<std::string> capacity;
  std::optional<std::string> location;
};
int init_command(const InitOptions& options);

struct RunOptions {
  std::string data_dir;
};
int run_command(const RunOptions& options);

struct DevnetOptions {
  unsigned nodes = 4;
  std::optional<std::string> data_dir;  ///< nothing: a temporary one, removed at the end
  std::uint16_t api_port = 4080;
};
int devnet_command(const DevnetOptions& options);

struct CheckOptions {
  std::string data_dir;
  bool rebuild_index = false;
  bool read_data = false;
};
int check_command(const CheckOptions& options);

struct VerifyTranscriptOptions {
  std::string file;
};
/// kDone: it proves something, said on the standard output; kFailed: it proves nothing.
int verify_transcript_command(const VerifyTranscriptOptions& options);

/// "mycostrd: message" on the standard error; gives back `code`.
int complain(const std::string& message, int code);

}  // namespace mycostr
