// What the file services share: the ports, the known nodes and the memory budget.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include "async/budget.hpp"
#include "crypto/identity.hpp"
#include "crypto/keystore.hpp"
#include "dht/directory.hpp"
#include "mycostr/clock.hpp"
#include "mycostr/geo_database.hpp"
#include "mycostr/random.hpp"
#include "mycostr/transport.hpp"
#include "mycostr/worker_pool.hpp"
#include "placement/placement.hpp"
#include "reputation/performance_book.hpp"
#include "reputation/score_book.hpp"

namespace mycostr::files {

struct FileSettings {
  std::uint64_t chunk_size = kDefaultChunkSize;
  placement::Rules placement;
  CallLimits call;
  /// Chunks on their way at once, per transfer. A chunk sent is three copies: eight fill a gigabit line to
  /// holders 100 ms away, and more of them push one another out of the processor's caches.
  std::size_t chunks_sent_ahead = 8;
  std::size_t chunks_read_ahead = 16;
  std::uint64_t max_price_msat_per_tb_month = UINT64_MAX;  ///< who asks more is no candidate
};

/// References outlive every service. Loop thread only.
struct Context {
  boost::asio::any_io_executor executor;
  Clock& clock;
  Random& random;
  WorkerPool& crypto_pool;
  Transport& transport;
  dht::Directory& directory;
  reputation::PerformanceBook& performance;
  reputation::ScoreBook& scores;
  const GeoDatabase* geo;  ///< null where the operator has none
  const crypto::Identity& identity;
  const crypto::Keystore& keystore;
  async::Budget& memory;   ///< bytes of all transfers together, but for
  async::Budget& reading;  ///< bytes of chunks that clients are still sending, however slowly
  FileSettings settings;
  std::function<std::optional<placement::Location>()> own_location;  ///< as registered
  /// Bytes that a holder keeps for this node: an unvetted one gets only so many.
  std::function<ByteCount(const NodeId&)> kept_by = [](const NodeId&) { return ByteCount{}; };
  /// Whether a holder's copy counts, as repair sees it.
  std::function<bool(const NodeId&, const ShardId&)> is_counted = [](const NodeId&, const ShardId&) {
    return true;
  };
  /// A holder that has been away for so long that nothing is expected of it any more, as repair sees it.
  std::function<bool(const NodeId&)> is_given_up = [](const NodeId&) { return false; };
  /// Looks for a node that the directory does not know; returns when that has ended.
  std::function<Task<>(NodeId)> seek = [](NodeId) -> Task<> { co_return; };
  placement::Load in_flight = {};  ///< per holder, both directions: spreads the load
};

}  // namespace mycostr::files
