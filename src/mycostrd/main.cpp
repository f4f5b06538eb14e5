// The command line.
#include <sodium.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "mycostrd/commands.hpp"

namespace mycostr {

int complain(const std::string& message, int code) {
  std::fprintf(stderr, "mycostrd: %s\n", message.c_str());
  return code;
}

namespace {

constexpr const char* kDescription =
    "mycostrd: stores files encrypted on other people's disks and keeps theirs.\n"
    "Exit codes: 0 done, 1 failed at run time, 2 wrong usage or configuration.\n"
    "Settings: mycostrd.toml in the data directory, over it MYCOSTR_<SECTION>_<KEY> from the environment.";

int run_main(int argc, char** argv) {
  CLI::App app(kDescription, "mycostrd");
  app.set_version_flag("--version", "mycostrd " MYCOSTR_VERSION);
  app.require_subcommand(1);

  InitOptions init;
  auto* init_app =
      app.add_subcommand("init", "Make a data directory: keys, API token, commented mycostrd.toml");
  init_app->add_option("--data-dir", init.data_dir, "Directory to make")->required();
  init_app->add_option("--api", init.api, "Address of the REST API, HOST:PORT (127.0.0.1:4080)");
  init_app->add_option("--peer", init.peer, "Address for other nodes, HOST:PORT (0.0.0.0:4081)");
  init_app->add_option("--bootstrap", init.bootstrap,
                       "Address of a node to join by, HOST:PORT; may be repeated");
  init_app->add_option("--capacity", init.capacity, "Disk to offer to others: 100GB, 2TiB, or bytes");
  init_app->add_option("--location", init.location, "Where this node is: DE, US-CA, DE/Berlin");

  RunOptions run;
  auto* run_app = app.add_subcommand("run", "Run the daemon");
  run_app->add_option("--data-dir", run.data_dir, "Directory that 'init' made")->required();

  DevnetOptions devnet;
  auto* devnet_app = app.add_subcommand("devnet", "Run a whole network in this process, for trying out");
  devnet_app->add_option("--nodes", devnet.nodes, "How many nodes (4)")->check(CLI::Range(1, 64));
  devnet_app->add_option("--data-dir", devnet.data_dir, "Directory of the nodes' data (a temporary one)");
  devnet_app->add_option("--api-port", devnet.api_port, "Port of the first node's REST API (4080)")
      ->check(CLI::Range(1, 65535));

  CheckOptions check;
  auto* check_app = app.add_subcommand("check", "Verify configuration and store of a stopped node");
  check_app->add_option("--data-dir", check.data_dir, "Directory that 'init' made")->required();
  check_app->add_flag("--rebuild-index", check.rebuild_index, "Make the index of shards anew from the packs");
  check_app->add_flag("--read-data", check.read_data, "Read every shard and compare its checksum");

  VerifyTranscriptOptions verify;
  auto* verify_app = app.add_subcommand("verify-transcript", "Say what the transcript of an audit proves");
  verify_app->add_option("FILE", verify.file, "As GET /audits/{id}/transcript gave it")->required();

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  if (*init_app) return init_command(init);
  if (*run_app) return run_command(run);
  if (*devnet_app) return devnet_command(devnet);
  if (*verify_app) return verify_transcript_command(verify);
  return check_command(check);
}

}  // namespace
}  // namespace mycostr

/// Connections, packs and the database need many files at once; the usual soft limit of 1,024 is for programs
/// that use select().
static void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char** argv) {
  // A peer that goes away is an error code, not a signal.
  std::signal(SIGPIPE, SIG_IGN);
  raise_file_limit();
  try {
    if (sodium_init() < 0) return mycostr::complain("libsodium cannot be started", mycostr::kFailed);
    return mycostr::run_main(argc, argv);
  } catch (const std::exception& error) {
    return mycostr::complain(error.what(), mycostr::kFailed);
  }
}
