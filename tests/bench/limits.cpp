// Measures the machine's own limits and prints them as one JSON object: GB per second of one core's time
// while all cores are at work, MB/s for the disk.
//
// usage: bench_limits FOLDER   (a folder on the disk that the daemon would use)
#include "limits.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "base/buffer.hpp"
#include "base/units.hpp"
#include "crypto/merkle.hpp"
#include "crypto/sealing.hpp"
#include "crypto/sha256.hpp"

namespace mycostr::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr auto kTime = std::chrono::milliseconds(1500);
constexpr std::size_t kChunk = 1 << 20;

Buffer noise(std::size_t size) {
  auto buffer = Buffer::allocate(size);
  std::uint32_t state = 1;
  for (auto& byte : buffer.mutable_view())
    byte = static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24);
  return buffer;
}

/// A thread's own memory to work on.
struct Worker {
  Buffer data = noise(kChunk);
  Buffer other = noise(kChunk);
};

/// One thread's bytes and processor time.
struct Share {
  std::uint64_t chunks = 0;
  double seconds = 0;
};

/// Does `work`, which takes one chunk each time, for a while.
Share work_for_a_while(const std::function<void(Worker&)>& work) {
  Worker worker;
  work(worker);
  Share share;
  const auto before = thread_cpu_seconds();
  for (const auto start = SteadyClock::now(); SteadyClock::now() - start < kTime; ++share.chunks)
    work(worker);
  share.seconds = thread_cpu_seconds() - before;
  return share;
}

/// GB per second of one core's time while all cores do the same: cores that share their units are slower
/// together.
double rate(const std::function<void(Worker&)>& work) {
  std::vector<Share> shares(std::max(1U, std::thread::hardware_concurrency()));
  std::vector<std::jthread> threads;
  for (auto& share : shares) threads.emplace_back([&] { share = work_for_a_while(work); });
  threads.clear();
  double bytes = 0;
  double seconds = 0;
  for (const auto& share : shares) {
    bytes += static_cast<double>(share.chunks * kChunk);
    seconds += share.seconds;
  }
  return bytes / seconds / 1e9;
}

struct File {
  explicit File(std::filesystem::path where)
      : path(std::move(where)),
        fd(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_DIRECT | O_CLOEXEC, 0600)) {
    if (fd < 0)
      throw std::runtime_error(fmt::format("cannot open {}: {}", path.string(), std::strerror(errno)));
  }
  ~File() {
    ::close(fd);
    ::unlink(path.c_str());
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  const std::filesystem::path path;
  const int fd;
};

/// MB/s of direct writes one after the other, 8 MiB to a sync.
double disk_write(const std::filesystem::path& folder) {
  constexpr std::uint64_t kBatch = 8 << 20;
  constexpr std::uint64_t kTotal = 3ULL << 30;
  const File file(folder / "bench_limits.tmp");
  const auto batch = noise(kBatch);
  const auto start = SteadyClock::now();
  for (std::uint64_t at = 0; at < kTotal; at += kBatch) {
    const auto written = ::pwrite(file.fd, batch.data(), kBatch, static_cast<off_t>(at));
    if (written != static_cast<ssize_t>(kBatch) || ::fdatasync(file.fd) != 0)
      throw std::runtime_error("the disk fails");
  }
  return static_cast<double>(kTotal) / std::chrono::duration<double>(SteadyClock::now() - start).count() /
         1e6;
}

/// Milliseconds of one small synced write.
double disk_sync(const std::filesystem::path& folder) {
  constexpr int kWrites = 200;
  const File file(folder / "bench_limits.tmp");
  const auto page = noise(4096);
  const auto start = SteadyClock::now();
  for (int i = 0; i < kWrites; ++i) {
    const auto written = ::pwrite(file.fd, page.data(), page.size(), i * 4096);
    if (written != 4096 || ::fdatasync(file.fd) != 0) throw std::runtime_error("the disk fails");
  }
  return std::chrono::duration<double, std::milli>(SteadyClock::now() - start).count() / kWrites;
}

void run(const std::filesystem::path& folder) {
  const crypto::FileSecrets secrets{};
  const auto gcm = rate([&](Worker& on) { crypto::encrypt_chunk(secrets, {}, on.data.mutable_view()); });
  const auto mask = rate(
      [&](Worker& on) { crypto::mask_shard(secrets.seal, {}, 1, on.data.view(), on.other.mutable_view()); });
  const auto sha256 = rate([&](Worker& on) { crypto::sha256({on.data.view()}); });
  const auto merkle = rate([&](Worker& on) { crypto::merkle_root(on.data.view()); });
  const auto tls = measure_tls();
  const auto tcp = measure_tcp();
  fmt::print(
      "{{\"gcm\": {:.3f}, \"mask\": {:.3f}, \"sha256\": {:.3f}, \"merkle\": {:.3f}, "
      "\"tls_send\": {:.3f}, \"tls_receive\": {:.3f}, "
      "\"tcp_send\": {:.3f}, \"tcp_receive\": {:.3f}, \"disk_write\": {:.1f}, \"disk_sync_ms\": {:.3f}}}\n",
      gcm, mask, sha256, merkle, tls.send, tls.receive, tcp.send, tcp.receive, disk_write(folder),
      disk_sync(folder));
}

}  // namespace
}  // namespace mycostr::bench

int main(int argc, char** argv) {
  try {
    if (argc != 2) throw std::runtime_error("usage: bench_limits FOLDER");
    mycostr::bench::run(argv[1]);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_limits: {}\n", error.what());
    return 1;
  }
}
