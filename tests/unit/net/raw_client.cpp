#include "unit/net/net_test.hpp"

namespace mycostr::net {

Task<> RawClient::connect(Endpoint to) {
  const auto done = co_await stream_.link().connect({boost::asio::ip::make_address(to.host), to.port});
  if (!done) throw std::runtime_error(done.error().detail);
}

Task<bool> RawClient::send(std::string bytes) {
  const std::array<ByteView, 1> pieces{as_bytes(bytes)};
  co_return (co_await stream_.write(pieces)).has_value();
}

Task<bool> RawClient::more() {
  Bytes block(64 << 10);
  const auto count = co_await stream_.read_some(block);
  ended_ = !count || *count == 0;
  failed_ = failed_ || !count;
  if (!ended_) got_ += as_text(ByteView(block).first(*count));
  co_return !ended_;
}

Task<std::string> RawClient::read(std::size_t count) {
  while (got_.size() < count && co_await more()) {
  }
  auto out = got_.substr(0, count);
  got_.erase(0, count);
  co_return out;
}

Task<std::string> RawClient::read_to_end() {
  while (co_await more()) {
  }
  co_return std::exchange(got_, "");
}

Task<std::string> RawClient::head() {
  while (got_.find("\r\n\r\n") == std::string::npos) {
    if (!co_await more()) co_return "";
  }
  co_return co_await read(got_.find("\r\n\r\n") + 4);
}

Task<RawResponse> RawClient::response(bool to_head) {
  const auto head = co_await this->head();
  RawResponse out;
  if (head.empty()) co_return out;
  for (auto at = head.find("\r\n") + 2; at + 2 < head.size(); at = head.find("\r\n", at) + 2) {
    const auto colon = head.find(": ", at);
    auto name = head.substr(at, colon - at);
    std::ranges::transform(name, name.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
    out.fields[name] = head.substr(colon + 2, head.find("\r\n", at) - colon - 2);
  }
  const auto status = static_cast<unsigned>(std::stoul(head.substr(9, 3)));
  if (to_head || status == 304 || status == 204) {
    out.status = status;
  } else if (const auto length = out.fields.find("content-length"); length != out.fields.end()) {
    out.body = co_await read(std::stoul(length->second));
    if (out.body.size() == std::stoul(length->second)) out.status = status;
  } else if (out.fields.contains("transfer-encoding")) {
    for (;;) {
      while (got_.find("\r\n") == std::string::npos) {
        if (!co_await more()) co_return RawResponse();
      }
      const auto line = co_await read(got_.find("\r\n") + 2);
      const auto size = std::stoul(line, nullptr, 16);
      const auto chunk = co_await read(size + 2);
      if (chunk.size() != size + 2) co_return RawResponse();
      if (size == 0) break;
      out.body += chunk.substr(0, size);
    }
    out.status = status;
  } else {
    out.body = co_await read_to_end();
    if (ended_well()) out.status = status;
  }
  co_return out;
}

}  // namespace mycostr::net
