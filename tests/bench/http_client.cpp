#include "http_client.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace mycostr::bench {
namespace {

[[noreturn]] void fail(std::string_view what) {
  throw std::runtime_error(fmt::format("{}: {}", what, std::strerror(errno)));
}

}  // namespace

std::string_view Head::field(std::string_view name) const {
  for (std::size_t at = text.find("\r\n"); at != std::string::npos; at = text.find("\r\n", at + 2)) {
    const auto line = std::string_view(text).substr(at + 2, text.find("\r\n", at + 2) - at - 2);
    if (line.size() <= name.size() || line[name.size()] != ':') continue;
    if (::strncasecmp(line.data(), name.data(), name.size()) != 0) continue;
    const auto value = line.substr(name.size() + 1);
    return value.substr(std::min(value.size(), value.find_first_not_of(' ')));
  }
  return {};
}

Connection::Connection(const Target& target) : target_(target), fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
  if (fd_ < 0) fail("socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(target.port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("connect");
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Connection::~Connection() {
  ::close(fd_);
}

std::string Connection::request(std::string_view method, std::string_view path,
                                std::string_view fields) const {
  return fmt::format("{} {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAuthorization: Bearer {}\r\n{}\r\n", method,
                     path, target_.port, target_.token, fields);
}

void Connection::send(std::span<const char> bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) fail("send");
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
}

std::size_t Connection::receive(std::span<char> out) {
  const auto got = ::recv(fd_, out.data(), out.size(), 0);
  if (got < 0) fail("receive");
  if (got == 0) throw std::runtime_error("the daemon closed the connection");
  return static_cast<std::size_t>(got);
}

Head Connection::read_head() {
  std::size_t end;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    char block[16384];
    buffer_.append(block, receive(block));
  }
  Head head;
  head.text = buffer_.substr(0, end + 2);
  buffer_.erase(0, end + 4);
  if (!head.text.starts_with("HTTP/1.1 ")) throw std::runtime_error("not an HTTP answer");
  head.status = static_cast<unsigned>(std::strtoul(head.text.c_str() + 9, nullptr, 10));
  head.content_length = std::strtoull(std::string(head.field("Content-Length")).c_str(), nullptr, 10);
  return head;
}

std::size_t Connection::read_some(std::span<char> out) {
  if (buffer_.empty()) return receive(out);
  const auto count = std::min(buffer_.size(), out.size());
  std::memcpy(out.data(), buffer_.data(), count);
  buffer_.erase(0, count);
  return count;
}

std::string Connection::read_body(const Head& head) {
  std::string body(head.content_length, '\0');
  for (std::size_t filled = 0; filled < body.size();) filled += read_some(std::span(body).subspan(filled));
  return body;
}

}  // namespace mycostr::bench
