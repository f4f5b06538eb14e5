// What the API has done since the start: part of /node/status.
#pragma once

#include "api/histogram.hpp"
#include "api/router.hpp"

namespace mycostr::api {

/// Loop thread only.
struct Metrics {
  std::uint64_t requests = 0;
  std::uint64_t refused = 0;    ///< answered with 4xx
  std::uint64_t failed = 0;     ///< answered with 5xx
  std::uint64_t stores = 0;     ///< files stored
  std::uint64_t retrieves = 0;  ///< answers completed
  std::uint64_t cut_short = 0;  ///< answers that broke off after their head
  std::uint64_t bytes_in = 0;   ///< bodies of stores
  std::uint64_t bytes_out = 0;  ///< of files
  std::size_t transfers = 0;    ///< stores and retrieves under way
  Rate request_rate;
  Rate in_rate;
  Rate out_rate;
  std::array<Histogram, kRouteCount> latency;  ///< whole calls, by Route
  Histogram first_byte;                        ///< retrieve: until bytes could be sent

  void count_in(SteadyTime now, std::uint64_t bytes) {
    bytes_in += bytes;
    in_rate.add(now, bytes);
  }
  void count_out(SteadyTime now, std::uint64_t bytes) {
    bytes_out += bytes;
    out_rate.add(now, bytes);
  }
};

/// One of `max_transfers` stores and retrieves at once, for as long as it lives.
class TransferSlot {
 public:
  explicit TransferSlot(Metrics& metrics) : metrics_(metrics) { ++metrics_.transfers; }
  ~TransferSlot() { --metrics_.transfers; }
  TransferSlot(const TransferSlot&) = delete;
  TransferSlot& operator=(const TransferSlot&) = delete;

 private:
  Metrics& metrics_;
};

}  // namespace mycostr::api
