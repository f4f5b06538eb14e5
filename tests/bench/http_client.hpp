// A blocking HTTP client that costs next to nothing, so that a benchmark measures the daemon.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace mycostr::bench {

struct Target {
  std::uint16_t port = 0;
  std::string token;
};

struct Head {
  unsigned status = 0;
  std::uint64_t content_length = 0;
  std::string text;  ///< the whole of it, for fields
  /// A field's value; empty where it is missing.
  std::string_view field(std::string_view name) const;
};

/// One keep-alive connection. One thread at a time. Throws std::runtime_error for whatever goes wrong.
class Connection {
 public:
  explicit Connection(const Target& target);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Line, Host and token; `fields` end each with CRLF.
  std::string request(std::string_view method, std::string_view path, std::string_view fields) const;
  void send(std::span<const char> bytes);
  void send_text(std::string_view text) { send(std::span(text.data(), text.size())); }
  Head read_head();
  /// Some bytes of the body, at most `out`'s size.
  std::size_t read_some(std::span<char> out);
  std::string read_body(const Head& head);

 private:
  std::size_t receive(std::span<char> out);

  const Target& target_;
  int fd_ = -1;
  std::string buffer_;  // received, not yet taken
};

}  // namespace mycostr::bench
