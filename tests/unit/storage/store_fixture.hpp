// A real store in a folder of its own, and the loop to run it on.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdlib>
#include <filesystem>
#include <random>

#include "async/thread_pool.hpp"
#include "mycostr/clock.hpp"
#include "storage/check.hpp"
#include "storage/pack_store.hpp"

namespace mycostr::storage {

class TempFolder {
 public:
  TempFolder() {
    auto name = (std::filesystem::temp_directory_path() / "mycostr-storage-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path index() const { return path_ / "index"; }
  std::filesystem::path packs() const { return path_ / "packs"; }

 private:
  std::filesystem::path path_;
};

/// Every sleep ends at the next turn of the loop; how long they would have taken is counted.
class HurriedClock final : public Clock {
 public:
  SteadyTime now() const override { return SteadyTime(slept); }
  WallTime wall_now() const override { return {}; }
  Task<> sleep_for(Duration duration) override {
    slept += duration;
    co_await boost::asio::post(co_await boost::asio::this_coro::executor, boost::asio::use_awaitable);
  }
  Duration slept{0};
};

/// Runs a task to its end.
template <class T>
T run(boost::asio::io_context& loop, Task<T> task) {
  std::exception_ptr thrown;
  std::conditional_t<std::is_void_v<T>, char, std::optional<T>> result{};
  if constexpr (std::is_void_v<T>) {
    boost::asio::co_spawn(loop, std::move(task), [&](std::exception_ptr error) { thrown = error; });
  } else {
    boost::asio::co_spawn(loop, std::move(task), [&](std::exception_ptr error, T value) {
      thrown = error;
      if (!error) result.emplace(std::move(value));
    });
  }
  loop.restart();
  loop.run();
  if (thrown) std::rethrow_exception(thrown);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

inline Buffer shard_bytes(std::uint64_t seed, std::size_t size) {
  auto data = Buffer::allocate(size);
  std::mt19937_64 random(seed);
  for (std::size_t at = 0; at < size; at += 8) {
    const auto word = random();
    std::memcpy(data.data() + at, &word, 8);
  }
  return data;
}

inline ShardKey key_of(std::uint64_t number, std::uint8_t owner = 1) {
  ShardKey key;
  key.owner.bytes.fill(owner);
  std::memcpy(key.shard.bytes.data(), &number, sizeof number);
  return key;
}

inline bool same_bytes(const Buffer& a, const Buffer& b) {
  return std::ranges::equal(a.view(), b.view());
}

/// What files take on the disk.
inline std::uint64_t blocks_of(const std::filesystem::path& folder) {
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    struct stat status{};
    if (::stat(entry.path().c_str(), &status) == 0)
      bytes += static_cast<std::uint64_t>(status.st_blocks) * 512;
  }
  return bytes;
}

inline std::size_t files_in(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()));
}

/// An open store. Everything is awaited before the next line.
class OpenStore {
 public:
  explicit OpenStore(const TempFolder& folder, ByteCount pack_size = 256_KiB, ByteCount capacity = 1_GiB,
                     CompactionLimits compaction = {})
      : OpenStore(folder.path(), pack_size, capacity, compaction) {}
  OpenStore(const std::filesystem::path& folder, ByteCount pack_size, ByteCount capacity,
            CompactionLimits compaction)
      : pool_("storage", 2),
        database(folder / "index", Database::Missing::create),
        store(database, pool_, {folder / "packs", capacity, pack_size, compaction}) {}

  Result<void> put(const ShardKey& key, Buffer data) {
    auto reservation = store.reserve({data.size()});
    if (!reservation) return std::unexpected(reservation.error());
    return run(loop, store.put(std::move(*reservation), key, std::move(data)));
  }
  Result<void> put(std::uint64_t number, std::size_t size) {
    return put(key_of(number), shard_bytes(number, size));
  }
  /// All at once, on the loop; how many succeeded.
  std::size_t put_together(std::span<const ShardKey> keys, std::size_t size) {
    std::size_t done = 0;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      boost::asio::co_spawn(loop, store.put(store.reserve({size}).value(), keys[i], shard_bytes(i, size)),
                            [&](std::exception_ptr, Result<void> result) { done += result ? 1 : 0; });
    }
    loop.restart();
    loop.run();
    return done;
  }
  Result<Buffer> get(const ShardKey& key) { return run(loop, store.get(key)); }
  Result<Buffer> get(std::uint64_t number) { return get(key_of(number)); }
  Result<Buffer> read(std::uint64_t number, std::uint64_t offset, std::uint64_t length) {
    return run(loop, store.read(key_of(number), {offset}, {length}));
  }
  Result<void> remove(std::vector<ShardKey> keys) { return run(loop, store.remove(std::move(keys))); }
  bool holds(std::uint64_t number, std::size_t size) {
    const auto data = get(number);
    return data && same_bytes(*data, shard_bytes(number, size));
  }

 private:
  async::ThreadPool pool_;

 public:
  Database database;
  boost::asio::io_context loop;
  PackStore store;
};

/// All rows of the shards' index.
inline std::vector<std::pair<std::string, std::string>> index_rows(const TempFolder& folder) {
  Database database(folder.index(), Database::Missing::refuse);
  std::vector<std::pair<std::string, std::string>> rows;
  for (auto& row : database.scan(Family::shards, {.prefix = {}, .after = {}, .limit = 1000000}).value()) {
    rows.emplace_back(std::move(row.key), std::move(row.value));
  }
  return rows;
}

inline std::vector<Problem> verify_closed(const TempFolder& folder, bool read_data = true) {
  const Database database(folder.index(), Database::Missing::refuse);
  return verify(database, folder.packs(), read_data);
}

}  // namespace mycostr::storage
