// What the tests of src/net share: a loop of their own, and a client that sends bytes as they are.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <map>
#include <optional>
#include <string>

#include "async/task_group.hpp"
#include "net/resolve.hpp"
#include "net/steady_clock.hpp"
#include "net/stream.hpp"

namespace mycostr::net {

inline const Endpoint kAnyPort{"127.0.0.1", 0};

class NetTest : public ::testing::Test {
 protected:
  static constexpr auto kHung = std::chrono::seconds(60);

  /// Runs the loop until `task` has ended. A test that hangs ends the program, with the test's name as the
  /// last word.
  template <class T>
  T run(Task<T> task) {
    struct Keep {
      static Task<> in(std::optional<T>& out, Task<T> inner) { out.emplace(co_await std::move(inner)); }
    };
    std::optional<T> out;
    run(Keep::in(out, std::move(task)));
    return std::move(*out);
  }
  void run(Task<> task) {
    bool ended = false;
    std::exception_ptr thrown;
    boost::asio::co_spawn(loop, std::move(task), [&](std::exception_ptr e) {
      ended = true;
      thrown = e;
    });
    const auto end = std::chrono::steady_clock::now() + kHung;
    loop.restart();
    while (!ended && std::chrono::steady_clock::now() < end) loop.run_one_for(std::chrono::milliseconds(200));
    if (!ended) {
      fmt::print(stderr, "hung\n");
      std::abort();
    }
    if (thrown) std::rethrow_exception(thrown);
  }

  boost::asio::io_context loop{1};
  SteadyClock clock{loop};
};

struct RawResponse {
  unsigned status = 0;
  std::map<std::string, std::string> fields;  // names in lower case
  std::string body;
};

/// A TCP client without manners.
class RawClient {
 public:
  explicit RawClient(boost::asio::io_context& loop) : stream_(TcpSocket(loop)) {}

  Task<> connect(Endpoint to);
  /// False where the connection has failed.
  Task<bool> send(std::string bytes);
  /// Until `count` bytes are there; less where the connection ends.
  Task<std::string> read(std::size_t count);
  /// Until the connection ends.
  Task<std::string> read_to_end();
  /// One response with Content-Length, chunked, or up to the end; status 0 where none came whole.
  Task<RawResponse> response(bool to_head = false);
  /// One head, with its empty line.
  Task<std::string> head();
  /// Whether the connection ended without an error.
  bool ended_well() const { return ended_ && !failed_; }
  TcpLink& link() { return stream_.link(); }

 private:
  Task<bool> more();

  TcpStream stream_;
  std::string got_;
  bool ended_ = false;
  bool failed_ = false;
};

}  // namespace mycostr::net
