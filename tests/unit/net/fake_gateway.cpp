#include <fmt/core.h>

#include "unit/net/fake_router.hpp"

namespace mycostr::net {

namespace asio = boost::asio;
using asio::ip::udp;

namespace {

constexpr std::uint16_t kNatPmpPort = 5351;

std::string be16(unsigned number) {
  return {static_cast<char>(number >> 8), static_cast<char>(number)};
}
std::string be32(unsigned number) {
  return be16(number >> 16) + be16(number & 0xffff);
}
unsigned read16(const std::string& bytes, std::size_t at) {
  return static_cast<unsigned>(static_cast<unsigned char>(bytes.at(at)) << 8 |
                               static_cast<unsigned char>(bytes.at(at + 1)));
}

/// Version 0, RFC 6886, 3.2 and 3.3
std::string answer_to(const std::string& call, unsigned result) {
  return std::string(1, '\0') + static_cast<char>(128 + call.at(1)) + be16(result) + be32(1000);
}

}  // namespace

FakeGateway::FakeGateway() : socket_(loop_, {asio::ip::address_v4::loopback(), kNatPmpPort}) {
  receive();
  thread_ = std::thread([this] { loop_.run(); });
}

FakeGateway::~FakeGateway() {
  loop_.stop();
  thread_.join();
}

void FakeGateway::receive() {
  socket_.async_receive_from(asio::buffer(in_), from_, [this](boost::system::error_code, std::size_t size) {
    const std::string call(in_.data(), size);
    const auto [is_dumb, strays] =
        state.with([](auto& s) { return ++s.calls, std::pair(s.is_dumb, s.stray_answers); });
    if (!is_dumb && size >= 2) {
      boost::system::error_code ignored;
      const std::string stray = answer_to(std::string("\0\1", 2), 0) + be16(1) + be16(2) + be32(3);
      for (int i = 0; i < strays; ++i) socket_.send_to(asio::buffer(stray), from_, 0, ignored);
      socket_.send_to(asio::buffer(respond(call)), from_, 0, ignored);
    }
    receive();
  });
}

std::string FakeGateway::respond(const std::string& call) {
  return state.with([&](RouterState& now) {
    if (now.refuses) return answer_to(call, 2);
    if (call.at(1) == 0) {
      const auto ip = asio::ip::make_address_v4(now.external_address);
      return answer_to(call, 0) + be32(ip.to_uint());
    }
    const bool is_tcp = call.at(1) == 2;
    const auto inside = read16(call, 4);
    const auto outside = read16(call, 6) + static_cast<unsigned>(is_tcp ? now.other_port : 0);
    const auto wished = read16(call, 8) << 16 | read16(call, 10);
    const auto lease = now.grants != 0 && wished != 0 ? now.grants : wished;
    const std::string protocol = is_tcp ? "TCP " : "UDP ";
    if (lease == 0) {
      std::erase_if(now.ports, [&](const auto& entry) {
        return entry.first.starts_with(protocol) &&
               entry.second.starts_with(fmt::format("127.0.0.1:{} ", inside));
      });
      return answer_to(call, 0) + be16(inside) + be16(0) + be32(0);
    }
    now.ports[protocol + std::to_string(outside)] = fmt::format("127.0.0.1:{} {}", inside, lease);
    return answer_to(call, 0) + be16(inside) + be16(outside) + be32(lease);
  });
}

}  // namespace mycostr::net
