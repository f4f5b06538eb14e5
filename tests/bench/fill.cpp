// Fills a node's store with shards of 4 KiB, without the network: for measuring how a daemon with many of
// them starts.
//
// usage: bench_fill DATA_DIR COUNT
#include <fmt/core.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <random>

#include "async/task_group.hpp"
#include "async/thread_pool.hpp"
#include "storage/pack_store.hpp"

namespace mycostr {
namespace {

constexpr std::size_t kAtOnce = 1024;

template <class Id>
Id random_id(std::mt19937_64& random) {
  Id id;
  for (auto& byte : id.bytes) byte = static_cast<std::uint8_t>(random());
  return id;
}

struct Filler {
  storage::PackStore& store;
  std::mt19937_64 random;
  const NodeId owner;
  std::size_t left;

  Task<> put_many() {
    while (left > 0) {
      --left;
      auto data = Buffer::allocate(kLeafSize);
      std::ranges::fill(data.mutable_view(), static_cast<std::uint8_t>(left));
      auto reservation = store.reserve({kLeafSize});
      if (!reservation) throw std::runtime_error(to_string(reservation.error()));
      const ShardKey key{owner, random_id<ShardId>(random)};
      const auto done = co_await store.put(std::move(*reservation), key, std::move(data));
      if (!done) throw std::runtime_error(to_string(done.error()));
    }
  }

  Task<> run(boost::asio::io_context& loop) {
    async::TaskGroup tasks(loop.get_executor(), "fill");
    for (std::size_t i = 0; i < kAtOnce; ++i) tasks.spawn(put_many());
    co_await tasks.join();
  }
};

void fill(const std::filesystem::path& folder, std::size_t count) {
  boost::asio::io_context loop(1);
  async::ThreadPool pool("storage", 2);
  storage::Database database(folder / "db", storage::Database::Missing::create);
  storage::PackStore store(database, pool, {.folder = folder / "packs", .capacity = {UINT64_MAX / 2}});
  std::mt19937_64 random(count);
  const auto owner = random_id<NodeId>(random);
  Filler filler{store, random, owner, count};
  std::exception_ptr thrown;
  boost::asio::co_spawn(loop, filler.run(loop), [&](std::exception_ptr e) { thrown = e; });
  loop.run();
  if (thrown) std::rethrow_exception(thrown);
  if (store.usage().shards < count) throw std::runtime_error("not all shards could be stored");
}

}  // namespace
}  // namespace mycostr

int main(int argc, char** argv) {
  try {
    if (argc != 3) throw std::runtime_error("usage: bench_fill DATA_DIR COUNT");
    mycostr::fill(argv[1], std::stoull(argv[2]));
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_fill: {}\n", error.what());
    return 1;
  }
}
