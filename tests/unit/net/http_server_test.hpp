// A server with a handler that does what the path says.
#pragma once

#include "mycostr/http.hpp"
#include "net/http_server.hpp"
#include "unit/net/net_test.hpp"

namespace mycostr::net {

class PathHandler final : public HttpHandler {
 public:
  Task<> handle(HttpRequest& request, HttpResponder& responder) override;
  std::string problem(unsigned status, std::string_view code, std::string_view detail) override;

  std::size_t requests = 0;
  std::size_t running = 0;
  std::optional<Error> read_error;  // the last one
  std::optional<Error> write_error;
  std::size_t piece = 1000;  // bytes per read_body
  std::string body;          // of the last request that was read
  Clock* clock = nullptr;    // for /pauses
  Duration pause{};

 private:
  Task<bool> read_all(HttpRequest& request, HttpResponder& responder);
  Task<> stream_with_pauses(HttpResponder& responder);
  Task<> stream_answer(HttpResponder& responder, std::optional<std::uint64_t> length, std::size_t pieces);
};

class HttpServerTest : public NetTest {
 protected:
  void start(HttpServerLimits limits = {}) {
    server.emplace(loop, kAnyPort, handler, limits);
    server->start();
  }
  void TearDown() override {
    if (server) run(server->stop());
  }
  /// All that the server sends to `bytes`, until it closes; the client stays open till then.
  std::string answer_to(std::string bytes) {
    struct Ask {
      static Task<std::string> in(HttpServerTest& test, std::string request) {
        RawClient client(test.loop);
        co_await client.connect(test.server->endpoint());
        co_await client.send(std::move(request));
        co_return co_await client.read_to_end();
      }
    };
    return run(Ask::in(*this, std::move(bytes)));
  }

  PathHandler handler;
  std::optional<HttpServer> server;
};

inline std::string get(const std::string& path, const std::string& fields = "") {
  return "GET " + path + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
}
inline std::string post(const std::string& path, const std::string& fields) {
  return "POST " + path + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
}
inline std::string post_body(const std::string& path, const std::string& body) {
  return post(path, "Content-Length: " + std::to_string(body.size()) + "\r\n") + body;
}

}  // namespace mycostr::net
