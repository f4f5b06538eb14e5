#include "async/budget.hpp"

#include <algorithm>
#include <boost/asio/this_coro.hpp>

namespace mycostr::async {

Task<Budget::Lease> Budget::take(std::uint64_t units) {
  units = std::min(units, total_);
  if (auto [lease, granted] = try_take(units); granted) co_return std::move(lease);
  // Strictly in turn: a small wish never overtakes a large one, so that none waits for ever.
  struct Turn {
    std::list<std::uint64_t>& queue;
    std::list<std::uint64_t>::iterator place;
    Signal& changed;
    ~Turn() {
      queue.erase(place);
      changed.notify_all();
    }
  };
  queue_.push_back(units);
  Turn turn{queue_, std::prev(queue_.end()), changed_};
  while (turn.place != queue_.begin() || free_ < units) co_await changed_.wait();
  free_ -= units;
  co_return Lease(this, units);
}

std::pair<Budget::Lease, bool> Budget::try_take(std::uint64_t units) {
  units = std::min(units, total_);
  if (!queue_.empty() || free_ < units) return {Lease(), false};
  free_ -= units;
  return {Lease(this, units), true};
}

void Budget::give_back(std::uint64_t units) {
  free_ += units;
  changed_.notify_all();
}

}  // namespace mycostr::async
