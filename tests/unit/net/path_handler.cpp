#include "unit/net/http_server_test.hpp"

namespace mycostr::net {

Task<> PathHandler::handle(HttpRequest& request, HttpResponder& responder) {
  ++requests;
  ++running;
  struct Leave {
    std::size_t& count;
    ~Leave() { --count; }
  } leave{running};
  const auto path = request.target();
  if (path == "/hello") {
    co_await responder.send({.fields = {{"X-Evil", "a\r\nX-Injected: b"}}, .content_length = {}}, "hello");
  } else if (path == "/echo") {
    if (co_await read_all(request, responder)) co_await responder.send({}, body);
  } else if (path == "/refuse") {
    co_await responder.send({.status = 413, .fields = {}, .content_length = {}}, "refused");
  } else if (path == "/half") {
    Bytes start(3);
    co_await request.read_body(start);
    co_await responder.send({.status = 400, .fields = {}, .content_length = {}}, "half");
  } else if (path == "/chunks") {
    co_await stream_answer(responder, std::nullopt, 3);
  } else if (path == "/length") {
    co_await stream_answer(responder, 30, 3);
  } else if (path == "/short") {
    co_await stream_answer(responder, 31, 3);
  } else if (path == "/long") {
    co_await stream_answer(responder, 29, 3);
  } else if (path == "/endless") {
    co_await stream_answer(responder, std::nullopt, SIZE_MAX);
  } else if (path == "/pauses") {
    co_await stream_with_pauses(responder);
  } else if (path == "/cut") {
    co_await responder.start({.fields = {}, .content_length = 100});
    co_await responder.write(as_bytes("0123456789"));
    responder.abort();
  } else if (path == "/throw") {
    throw std::runtime_error("thrown for the test");
  } else if (path == "/unchanged") {
    co_await responder.send({.status = 304, .fields = {}, .content_length = {}}, "");
  } else if (path == "/list") {
    co_await responder.send({}, request.list_field("X-List").value_or("none"));
  } else if (path == "/where") {
    co_await responder.send({}, fmt::format("{}:{}", request.local_host(), request.local_port()));
  }
}

std::string PathHandler::problem(unsigned status, std::string_view code, std::string_view detail) {
  return fmt::format(R"({{"status":{},"code":"{}","detail":"{}"}})", status, code, detail);
}

Task<bool> PathHandler::read_all(HttpRequest& request, HttpResponder& responder) {
  body.clear();
  Bytes block(piece);
  for (;;) {
    const auto count = co_await request.read_body(block);
    if (!count) {
      read_error = count.error();
      const unsigned status = count.error().code == Errc::timeout ? 408 : 400;
      co_await responder.send({.status = status, .fields = {}, .content_length = {}}, "bad body");
      co_return false;
    }
    if (*count == 0) co_return true;
    body += as_text(ByteView(block).first(*count));
  }
}

Task<> PathHandler::stream_with_pauses(HttpResponder& responder) {
  auto done = co_await responder.start({.fields = {}, .content_length = std::nullopt});
  for (int i = 0; done && i < 2; ++i) {
    co_await clock->sleep_for(pause);
    done = co_await responder.write(as_bytes("piece"));
  }
  if (done) done = co_await responder.finish();
  if (!done) write_error = done.error();
}

Task<> PathHandler::stream_answer(HttpResponder& responder, std::optional<std::uint64_t> length,
                                  std::size_t pieces) {
  const std::string ten = "0123456789";
  const std::string large(1 << 20, 'x');
  const auto& piece_text = pieces == SIZE_MAX ? large : ten;
  auto done = co_await responder.start({.fields = {}, .content_length = length});
  for (std::size_t i = 0; done && i < pieces; ++i) done = co_await responder.write(as_bytes(piece_text));
  if (done) done = co_await responder.finish();
  if (!done) write_error = done.error();
}

}  // namespace mycostr::net
