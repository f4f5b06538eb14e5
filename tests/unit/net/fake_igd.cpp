#include <fmt/core.h>

#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include "unit/net/fake_router.hpp"

namespace mycostr::net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto kDescription = R"(<?xml version="1.0"?>
<root xmlns="urn:schemas-upnp-org:device-1-0"><device>
<deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:1</deviceType><deviceList><device>
<deviceType>urn:schemas-upnp-org:device:WANDevice:1</deviceType><deviceList><device>
<deviceType>urn:schemas-upnp-org:device:WANConnectionDevice:1</deviceType><serviceList><service>
<serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType>
<serviceId>urn:upnp-org:serviceId:WANIPConn1</serviceId>
<controlURL>/control</controlURL><eventSubURL>/event</eventSubURL><SCPDURL>/ip.xml</SCPDURL>
</service></serviceList></device></deviceList></device></deviceList></device></root>)";

std::string between(const std::string& text, const std::string& before, const std::string& after) {
  const auto start = text.find(before);
  if (start == std::string::npos) return {};
  const auto from = start + before.size();
  return text.substr(from, text.find(after, from) - from);
}

std::string element(const std::string& xml, const std::string& name) {
  return between(xml, "<" + name + ">", "</" + name + ">");
}

std::string http(const std::string& status, const std::string& body) {
  return fmt::format(
      "HTTP/1.1 {}\r\nContent-Type: text/xml\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}", status,
      body.size(), body);
}

std::string envelope(const std::string& inner) {
  return R"(<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>)" +
         inner + "</s:Body></s:Envelope>";
}

std::string fault(int code) {
  return http(
      "500 Internal Server Error",
      envelope(fmt::format("<s:Fault><faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring>"
                           "<detail><UPnPError><errorCode>{}</errorCode></UPnPError></detail></s:Fault>",
                           code)));
}

}  // namespace

FakeIgd::FakeIgd() : acceptor_(loop_, {asio::ip::address_v4::loopback(), 0}) {
  accept();
  thread_ = std::thread([this] { loop_.run(); });
}

FakeIgd::~FakeIgd() {
  loop_.stop();
  thread_.join();
}

std::string FakeIgd::url() const {
  return fmt::format("http://127.0.0.1:{}/root.xml", acceptor_.local_endpoint().port());
}

void FakeIgd::accept() {
  acceptor_.async_accept([this](boost::system::error_code error, tcp::socket socket) {
    if (error) return;
    if (state.with([](auto& s) { return ++s.calls, s.is_dumb; })) {
      unanswered_.insert(std::make_shared<tcp::socket>(std::move(socket)));
    } else {
      answer(socket);
    }
    accept();
  });
}

void FakeIgd::answer(tcp::socket& socket) {
  boost::system::error_code ignored;
  std::string in;
  const auto head_size = asio::read_until(socket, asio::dynamic_buffer(in), "\r\n\r\n", ignored);
  const auto head = in.substr(0, head_size);
  auto body = in.substr(head_size);
  if (const auto length = between(head, "Content-Length: ", "\r\n"); !length.empty()) {
    const auto size = std::stoul(length);
    if (body.size() < size)
      asio::read(socket, asio::dynamic_buffer(body), asio::transfer_exactly(size - body.size()), ignored);
  }
  asio::write(socket, asio::buffer(respond(head, body)), ignored);
}

std::string FakeIgd::respond(const std::string& head, const std::string& body) {
  if (head.starts_with("GET /root.xml ")) return http("200 OK", kDescription);
  if (!head.starts_with("POST /control ")) return http("404 Not Found", "");
  const auto action = between(head, "WANIPConnection:1#", "\"");
  return state.with([&](RouterState& now) { return act(now, action, body); });
}

std::string FakeIgd::act(RouterState& state, const std::string& action, const std::string& body) {
  if (state.refuses) return fault(606);
  const auto outside = element(body, "NewProtocol") + " " + element(body, "NewExternalPort");
  std::string inner;
  if (action == "GetExternalIPAddress") {
    inner = "<NewExternalIPAddress>" + state.external_address + "</NewExternalIPAddress>";
  } else if (action == "AddPortMapping") {
    const auto lease = element(body, "NewLeaseDuration");
    if (state.taken.contains(outside)) return fault(718);
    if (state.only_permanent && lease != "0") return fault(725);
    state.ports[outside] =
        element(body, "NewInternalClient") + ":" + element(body, "NewInternalPort") + " " + lease;
  } else if (action == "DeletePortMapping") {
    if (state.ports.erase(outside) == 0) return fault(714);
  } else {
    return fault(401);
  }
  return http("200 OK", envelope(fmt::format(
                            R"(<u:{0}Response xmlns:u="urn:schemas-upnp-org:service:WANIPConnection:1">)"
                            "{1}</u:{0}Response>",
                            action, inner)));
}

}  // namespace mycostr::net
