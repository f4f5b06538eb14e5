// What this node offers as a holder, and the rules for changing it.
#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "mycostr/chunk_store.hpp"
#include "mycostr/clock.hpp"
#include "mycostr/meta_store.hpp"

namespace mycostr::holder {

struct Offer {
  ByteCount capacity;
  std::string location;  ///< parsed and found good by the caller
  WallTime registered;   ///< when this node first became a holder
};

/// Checked in this order.
enum class Refusal {
  capacity_in_use,       ///< under what shards take now
  capacity_too_small,    ///< under holder.min_capacity
  capacity_unavailable,  ///< more than is free on the file system plus in use here
  failed                 ///< disk or database; detail says what
};

struct Refused {
  Refusal reason;
  std::string detail;
};

struct Registered {
  Offer offer;
  bool first = false;  ///< it was no holder before
};

/// Loop thread only. References outlive it. `changed` is called after every change, also by open().
class Registration {
 public:
  Registration(MetaStore& meta, ChunkStore& chunks, Clock& clock, ByteCount min_capacity,
               std::function<void()> changed)
      : meta_(meta),
        chunks_(chunks),
        clock_(clock),
        min_capacity_(min_capacity),
        changed_(std::move(changed)) {}

  /// Once, at start: takes up the offer on disk, or the configured one where that is new or has been changed
  /// since. Errors: io, corrupt.
  Task<Result<void>> open(ByteCount configured_capacity, std::string configured_location);
  /// Durable and in force on return.
  Task<std::expected<Registered, Refused>> offer_capacity(ByteCount capacity, std::string location);
  const std::optional<Offer>& offer() const { return offer_; }

 private:
  Task<Result<void>> save(Offer offer);

  MetaStore& meta_;
  ChunkStore& chunks_;
  Clock& clock_;
  const ByteCount min_capacity_;
  const std::function<void()> changed_;
  std::string configured_;  ///< the configuration's offer as text: what a saved one was made under
  std::optional<Offer> offer_;
};

}  // namespace mycostr::holder
