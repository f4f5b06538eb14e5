// Several lnd in one process, for tests that start real daemons: see support/fake_lnd/control.hpp.
//
// Prints one line of JSON that says where the nodes are, then answers each line of commands on stdin with a
// line on stdout. Ends when stdin does.
#include <CLI/CLI.hpp>
#include <iostream>

#include "support/fake_lnd/control.hpp"

int main(int argc, char** argv) {
  using namespace mycostr::test;
  std::string folder;
  FakeOptions options;
  CLI::App app("A small Lightning network behind lnd's gRPC, in memory");
  app.add_option("--dir", folder, "where each node's tls.cert and admin.macaroon go")->required();
  app.add_option("--nodes", options.nodes, "how many lnd")->check(CLI::Range(1, 100));
  app.add_option("--funds-sat", options.funds_sat, "each node's on-chain funds");
  app.add_option("--channel-sat", options.channel_sat,
                 "of the channel from each node to the next; 0: no channels");
  app.add_option("--push-sat", options.push_sat, "of each channel, given to the other side");
  app.add_option("--min-channel-sat", options.min_channel_sat, "smaller channels are refused");
  CLI11_PARSE(app, argc, argv);

  try {
    FakeLightning fake(folder, options);
    std::cout << describe(fake, folder) << std::endl;
    for (std::string line; std::getline(std::cin, line);) std::cout << carry_out(fake, line) << std::endl;
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "fake_lnd: " << error.what() << '\n';
    return 1;
  }
}
