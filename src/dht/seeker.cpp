#include "dht/seeker.hpp"

#include <algorithm>
#include <set>

#include "async/cancel.hpp"
#include "async/timeout.hpp"

namespace mycostr::dht {
namespace {

constexpr auto kRound = std::chrono::seconds(10);
constexpr auto kLongestSearch = std::chrono::seconds(30);
/// One that has just fallen silent is asked again where it was, which is cheaper.
constexpr auto kSilence = std::chrono::minutes(1);
constexpr auto kJustEnded = std::chrono::seconds(10);

}  // namespace

Seeker::Seeker(boost::asio::any_io_executor executor, Clock& clock, const Directory& directory, Find find)
    : clock_(clock), directory_(directory), find_(std::move(find)), tasks_(std::move(executor), "seek") {}

bool Seeker::is_in_sight(const NodeId& id) const {
  const auto* node = directory_.find(id);
  return node != nullptr && !node->failing;
}

Task<> Seeker::run() {
  std::exception_ptr stopped;
  is_running_ = true;
  try {
    co_await rounds();
  } catch (...) {
    stopped = std::current_exception();
  }
  is_running_ = false;
  ended_.notify_all();
  co_await async::begin_cleanup();
  co_await tasks_.close();
  co_await async::end_cleanup();
  if (stopped) std::rethrow_exception(stopped);
}

Task<> Seeker::rounds() {
  for (;;) {
    look();
    co_await clock_.sleep_for(kRound);
  }
}

void Seeker::look() {
  const auto now = clock_.now();
  std::set<NodeId> out_of_sight;
  for (const auto& id : wanted()) {
    if (!is_in_sight(id)) out_of_sight.insert(id);
  }
  std::erase_if(searches_, [&](const auto& entry) {
    return !entry.second.is_under_way && !out_of_sight.contains(entry.first);
  });
  for (const auto& id : out_of_sight) {
    const auto [at, is_new] = searches_.try_emplace(id);
    if (is_new) at->second.not_before = directory_.find(id) == nullptr ? now : now + kSilence;
    if (!at->second.is_under_way && at->second.not_before <= now) begin(id);
  }
}

Task<> Seeker::seek(NodeId id) {
  if (!is_running_ || is_in_sight(id)) co_return;
  const auto& known = searches_[id];
  const bool has_just_ended = known.ended != SteadyTime::min() && clock_.now() - known.ended < kJustEnded;
  if (!known.is_under_way && has_just_ended) co_return;
  if (!known.is_under_way) begin(id);
  const auto is_under_way = [&] {
    const auto at = searches_.find(id);
    return is_running_ && at != searches_.end() && at->second.is_under_way;
  };
  while (is_under_way()) co_await ended_.wait();
}

void Seeker::begin(const NodeId& id) {
  searches_[id].is_under_way = true;
  tasks_.spawn(search(id));
}

Task<> Seeker::search(NodeId id) {
  const auto slot = co_await slots_.take(1);
  co_await async::finish_within(clock_, find_one(id), kLongestSearch);
  auto& search = searches_[id];
  search.is_under_way = false;
  search.ended = clock_.now();
  search.not_before = search.ended + search.pause;
  search.pause = std::min(2 * search.pause, kLongestPause);
  ended_.notify_all();
}

Task<> Seeker::find_one(NodeId id) {
  co_await find_(id);
}

}  // namespace mycostr::dht
