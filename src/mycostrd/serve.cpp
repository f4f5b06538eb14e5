#include "mycostrd/serve.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "async/cancel.hpp"
#include "async/thread_pool.hpp"
#include "base/log.hpp"
#include "mycostrd/commands.hpp"

namespace mycostr {
namespace {

namespace asio = boost::asio;

/// Beyond it the process ends as it stands: what was acknowledged is on disk.
constexpr auto kStopDeadline = std::chrono::seconds(8);
constexpr unsigned kStorageThreads = 4;  // they wait for the disk, not for the processor

using Make = std::function<std::unique_ptr<node::Node>(const node::Machine&)>;

Task<int> run_nodes(const Make& make, const node::Machine& machine, asio::signal_set& signals,
                    std::vector<std::unique_ptr<node::Node>>& nodes) {
  int code = kDone;
  try {
    while (code == kDone) {
      auto node = make(machine);
      if (!node) break;
      nodes.push_back(std::move(node));
      const auto started = co_await nodes.back()->start();
      if (!started) code = complain(to_string(started.error()), kFailed);
    }
  } catch (const std::exception& error) {
    // Those that run are to end as always.
    code = complain(error.what(), kFailed);
  }
  if (code == kDone) {
    const auto number = co_await signals.async_wait(asio::use_awaitable);
    log(LogLevel::info, "node", "ending after signal {}", number);
  }
  asio::steady_timer deadline(machine.loop, kStopDeadline);
  deadline.async_wait([](const boost::system::error_code& error) {
    if (error) return;
    log(LogLevel::error, "node", "could not end cleanly in time");
    std::_Exit(kFailed);
  });
  for (auto& node : nodes) co_await node->stop();
  co_return code;
}

}  // namespace

int serve(const Make& make) {
  async::ThreadPool crypto_pool("crypto", std::max(1U, std::thread::hardware_concurrency()));
  async::ThreadPool storage_pool("storage", kStorageThreads);
  // Never destroyed: that would wait for a name server that does not answer.
  static auto& loop = *new asio::io_context(1);
  asio::signal_set signals(loop, SIGINT, SIGTERM);
  const node::Machine machine{loop, crypto_pool, storage_pool};
  std::vector<std::unique_ptr<node::Node>> nodes;
  int code = kFailed;
  asio::co_spawn(loop, run_nodes(make, machine, signals, nodes), [&](std::exception_ptr thrown, int result) {
    code = thrown ? complain(async::describe(thrown), kFailed) : result;
    loop.stop();
  });
  loop.run();
  return code;
}

}  // namespace mycostr
