// A counted resource that tasks share: memory, slots.
#pragma once

#include <cstdint>
#include <list>
#include <utility>

#include "async/signal.hpp"

namespace mycostr::async {

/// `total` units handed out first come, first served. Loop thread only. Outlives its leases.
class Budget {
 public:
  explicit Budget(std::uint64_t total) : total_(total), free_(total) {}

  /// Units on loan; given back at the end of its life.
  class Lease {
   public:
    Lease() = default;
    Lease(Lease&& other) noexcept : from_(std::exchange(other.from_, nullptr)), units_(other.units_) {}
    Lease& operator=(Lease&& other) noexcept {
      std::swap(from_, other.from_);
      std::swap(units_, other.units_);
      return *this;
    }
    ~Lease() {
      if (from_ != nullptr) from_->give_back(units_);
    }

   private:
    friend class Budget;
    Lease(Budget* from, std::uint64_t units) : from_(from), units_(units) {}
    Budget* from_ = nullptr;
    std::uint64_t units_ = 0;
  };

  /// Waits its turn. More than the total counts as the total. Cancellation: throws operation_aborted.
  Task<Lease> take(std::uint64_t units);
  /// Nothing (an empty lease, `granted` false) where it would have to wait.
  std::pair<Lease, bool> try_take(std::uint64_t units);
  std::uint64_t free() const { return free_; }
  std::uint64_t total() const { return total_; }

 private:
  void give_back(std::uint64_t units);

  const std::uint64_t total_;
  std::uint64_t free_;
  std::list<std::uint64_t> queue_;  // wishes that wait, oldest first
  Signal changed_;
};

}  // namespace mycostr::async
