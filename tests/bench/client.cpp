// Load for the REST API. Prints one JSON object; its own CPU time stands beside what it measured.
//
// usage: bench_client store PORT TOKEN BYTES            one large file
//        bench_client retrieve PORT TOKEN BYTES ID      the same file back, every byte compared
//        bench_client store-small PORT TOKEN BYTES CLIENTS COUNT IDS     COUNT files over CLIENTS connections
//        bench_client retrieve-small PORT TOKEN BYTES CLIENTS COUNT IDS  files out of IDS, one id per line
#include <fmt/core.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <fstream>
#include <functional>
#include <mutex>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

#include "http_client.hpp"

namespace mycostr::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr std::size_t kPiece = 1 << 20;
/// No multiple of a chunk's size, so that no two chunks of a file are alike.
constexpr std::size_t kPoolSize = 61 * kPiece + 4099;

double seconds_since(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// A file of any size: the same incompressible bytes over and over.
class Content {
 public:
  Content() : pool_(kPoolSize) {
    std::mt19937_64 random(20240229);
    for (std::size_t at = 0; at + 8 <= pool_.size(); at += 8) {
      const auto value = random();
      std::memcpy(pool_.data() + at, &value, 8);
    }
  }
  /// What lies at `offset`, as much as lies there in one piece.
  std::span<const char> at(std::uint64_t offset, std::uint64_t most) const {
    const auto start = offset % pool_.size();
    return std::span(pool_).subspan(start, std::min<std::uint64_t>(most, pool_.size() - start));
  }

 private:
  std::vector<char> pool_;
};

void require(const Head& head, unsigned status, const std::string& body) {
  if (head.status != status) throw std::runtime_error(head.text + body);
}

std::string store_fields(std::uint64_t size) {
  return fmt::format("Content-Type: application/octet-stream\r\nContent-Length: {}\r\n", size);
}

std::string id_of(const Head& head) {
  return std::string(head.field("Location").substr(std::string_view("/retrieve/").size()));
}

void store_large(const Target& target, std::uint64_t size) {
  const Content content;
  Connection connection(target);
  const auto cpu = cpu_seconds();
  const auto start = SteadyClock::now();
  connection.send_text(connection.request("POST", "/store", store_fields(size)));
  for (std::uint64_t sent = 0; sent < size;) {
    const auto piece = content.at(sent, std::min<std::uint64_t>(kPiece, size - sent));
    connection.send(piece);
    sent += piece.size();
  }
  const auto head = connection.read_head();
  const auto seconds = seconds_since(start);
  const auto used = cpu_seconds() - cpu;
  require(head, 201, connection.read_body(head));
  fmt::print("{{\"seconds\": {}, \"cpu_seconds\": {}, \"id\": \"{}\"}}\n", seconds, used, id_of(head));
}

void retrieve_large(const Target& target, std::uint64_t size, const std::string& id) {
  const Content content;
  std::vector<char> block(kPiece);
  Connection connection(target);
  const auto cpu = cpu_seconds();
  const auto start = SteadyClock::now();
  connection.send_text(connection.request("GET", "/retrieve/" + id, ""));
  const auto head = connection.read_head();
  require(head, 200, "");
  double first_byte = 0;
  for (std::uint64_t received = 0; received < size;) {
    const auto want = content.at(received, block.size());
    const auto got =
        connection.read_some(std::span(block).first(std::min<std::uint64_t>(want.size(), size - received)));
    if (received == 0) first_byte = seconds_since(start);
    if (std::memcmp(block.data(), want.data(), got) != 0) throw std::runtime_error("other bytes came back");
    received += got;
  }
  fmt::print("{{\"seconds\": {}, \"cpu_seconds\": {}, \"first_byte_seconds\": {}}}\n", seconds_since(start),
             cpu_seconds() - cpu, first_byte);
}

/// Runs `one(connection, number)` for all numbers below `count` on `clients` connections.
void run_small(const Target& target, unsigned clients, std::size_t count,
               const std::function<void(Connection&, std::size_t)>& one) {
  std::vector<double> latencies(count);
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::string failure;
  const auto cpu = cpu_seconds();
  const auto start = SteadyClock::now();
  std::vector<std::jthread> threads;
  for (unsigned i = 0; i < clients; ++i) {
    threads.emplace_back([&] {
      try {
        Connection connection(target);
        for (std::size_t number = next++; number < count; number = next++) {
          const auto begun = SteadyClock::now();
          one(connection, number);
          latencies[number] = seconds_since(begun);
        }
      } catch (const std::exception& error) {
        const std::lock_guard lock(mutex);
        failure = error.what();
      }
    });
  }
  threads.clear();
  if (!failure.empty()) throw std::runtime_error(failure);
  const auto seconds = seconds_since(start);
  std::ranges::sort(latencies);
  fmt::print("{{\"seconds\": {}, \"cpu_seconds\": {}, \"per_second\": {}, \"p50_ms\": {}, \"p99_ms\": {}}}\n",
             seconds, cpu_seconds() - cpu, static_cast<double>(count) / seconds, latencies[count / 2] * 1e3,
             latencies[count * 99 / 100] * 1e3);
}

void store_small(const Target& target, std::uint64_t size, unsigned clients, std::size_t count,
                 const std::string& ids) {
  const Content content;
  std::vector<std::string> made(count);
  run_small(target, clients, count, [&](Connection& connection, std::size_t number) {
    auto message = connection.request("POST", "/store", store_fields(size));
    const auto body = content.at(number * 16, size);
    message.append(body.data(), body.size());
    connection.send_text(message);
    const auto head = connection.read_head();
    require(head, 201, connection.read_body(head));
    made[number] = id_of(head);
  });
  std::ofstream out(ids);
  for (const auto& id : made) out << id << '\n';
}

void retrieve_small(const Target& target, std::uint64_t size, unsigned clients, std::size_t count,
                    const std::string& ids) {
  const Content content;
  std::vector<std::string> known;
  std::ifstream in(ids);
  for (std::string id; std::getline(in, id);) known.push_back(id);
  if (known.empty()) throw std::runtime_error("no ids in " + ids);
  run_small(target, clients, count, [&](Connection& connection, std::size_t number) {
    const auto which = number % known.size();
    connection.send_text(connection.request("GET", "/retrieve/" + known[which], ""));
    const auto head = connection.read_head();
    const auto body = connection.read_body(head);
    require(head, 200, body);
    const auto want = content.at(which * 16, size);
    if (!std::ranges::equal(body, want)) throw std::runtime_error("other bytes came back");
  });
}

void run(const std::vector<std::string>& arguments) {
  if (arguments.size() < 4)
    throw std::runtime_error("too few arguments; see the head of tests/bench/client.cpp");
  const Target target{static_cast<std::uint16_t>(std::stoul(arguments[1])), arguments[2]};
  const std::uint64_t size = std::stoull(arguments[3]);
  const auto& what = arguments[0];
  if (what == "store") return store_large(target, size);
  if (what == "retrieve") return retrieve_large(target, size, arguments.at(4));
  const auto clients = static_cast<unsigned>(std::stoul(arguments.at(4)));
  const std::size_t count = std::stoull(arguments.at(5));
  if (what == "store-small") return store_small(target, size, clients, count, arguments.at(6));
  if (what == "retrieve-small") return retrieve_small(target, size, clients, count, arguments.at(6));
  throw std::runtime_error("unknown: " + what);
}

}  // namespace
}  // namespace mycostr::bench

int main(int argc, char** argv) {
  try {
    mycostr::bench::run({argv + 1, argv + argc});
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_client: {}\n", error.what());
    return 1;
  }
}
