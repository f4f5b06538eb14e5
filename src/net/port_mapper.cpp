#include "net/port_mapper.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <mutex>

#include "base/log.hpp"

namespace mycostr::net {

namespace asio = boost::asio;

namespace {

constexpr auto kStopPatience = std::chrono::seconds(2);

/// A router translates IPv4, from a private address to its own.
bool may_help(const Endpoint& listening) {
  if (is_loopback_host(listening.host)) return false;
  const auto ip = parse_ip(listening.host);
  if (!ip || *ip == IpAddress()) return true;
  return ip->is_v4() && !ip->is_global();
}

}  // namespace

/// Between the thread and the loop. Outlives both ends, for a thread in a library's call cannot be stopped.
struct PortMapper::Link {
  std::mutex mutex;
  asio::io_context* loop;  ///< under the mutex; null: nobody listens any more
  PortMapper* owner;       ///< on the loop only
  std::condition_variable_any stopped;

  static void tell(const std::shared_ptr<Link>& link, std::function<void(PortMapper&)> news) {
    const std::lock_guard lock(link->mutex);
    if (link->loop == nullptr) return;
    asio::post(*link->loop, [link, news = std::move(news)] {
      if (link->owner != nullptr) news(*link->owner);
    });
  }
  void sleep(const std::stop_token& stop, Duration duration) {
    std::unique_lock lock(mutex);
    stopped.wait_for(lock, stop, duration, [] { return false; });
  }
};

PortMapper::PortMapper(asio::io_context& loop, OnChange on_change, PortMapperOptions options)
    : on_change_(std::move(on_change)),
      options_(std::move(options)),
      ended_(loop),
      link_(std::make_shared<Link>()) {
  link_->loop = &loop;
  link_->owner = this;
}

PortMapper::~PortMapper() {
  unlink();
}

void PortMapper::start(const Endpoint& listening) {
  if (!may_help(listening)) {
    log(LogLevel::debug, "ports", "{} needs no router's help", to_string(listening));
    return;
  }
  thread_ = std::jthread(
      [link = link_](const std::stop_token& stop, MappedPort port) { work(stop, link, std::move(port)); },
      MappedPort(listening.port, options_));
}

void PortMapper::work(const std::stop_token& stop, const std::shared_ptr<Link>& link, MappedPort port) {
  while (!stop.stop_requested()) {
    const auto pause = port.refresh(stop);
    Link::tell(link, [external = port.external()](PortMapper& mapper) { mapper.changed(external); });
    link->sleep(stop, pause);
  }
  port.remove();
  Link::tell(link, [](PortMapper& mapper) { mapper.thread_ended(); });
}

void PortMapper::changed(std::optional<UdpAddress> external) {
  if (external == external_ || thread_.get_stop_token().stop_requested()) return;
  external_ = external;
  on_change_(external);
}

void PortMapper::thread_ended() {
  thread_ended_ = true;
  ended_.cancel();
}

Task<> PortMapper::stop() {
  if (!thread_.joinable()) co_return;
  thread_.request_stop();
  if (!thread_ended_) {
    ended_.expires_after(kStopPatience);
    co_await ended_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  unlink();
  if (thread_ended_) {
    thread_.join();
  } else {
    log(LogLevel::warn, "ports", "the router is slow; what it maps ends within {} s", options_.lease.count());
    thread_.detach();
  }
  external_.reset();
}

void PortMapper::unlink() {
  const std::lock_guard lock(link_->mutex);
  link_->loop = nullptr;
  link_->owner = nullptr;
}

}  // namespace mycostr::net
