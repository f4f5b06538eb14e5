// Keeps the nodes in sight that this one depends on. The directory knows a node by its table or its record;
// one that has moved, or was away for longer than records live, is in neither, and nor is anybody after the
// own node was: it is looked up, soon at first, then ever less often.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <map>
#include <vector>

#include "async/budget.hpp"
#include "async/task_group.hpp"
#include "dht/directory.hpp"
#include "mycostr/clock.hpp"

namespace mycostr::dht {

/// Loop thread only. References outlive it.
class Seeker {
 public:
  using Find = std::function<Task<bool>(NodeId)>;

  /// Between two searches for a node, at first and at most; twice as long each time.
  static constexpr Duration kFirstPause = std::chrono::minutes(1);
  static constexpr Duration kLongestPause = std::chrono::hours(12);
  static constexpr std::size_t kSearchesAtOnce = 4;

  /// `find` is Service::find().
  Seeker(boost::asio::any_io_executor executor, Clock& clock, const Directory& directory, Find find);

  /// Whom to keep in sight. Before run().
  std::function<std::vector<NodeId>()> wanted = [] { return std::vector<NodeId>(); };
  /// Until cancelled.
  Task<> run();
  /// Returns when a search for the node has ended; at once where it is in sight, or one has just ended.
  Task<> seek(NodeId id);

 private:
  struct Search {
    bool is_under_way = false;
    SteadyTime not_before;
    Duration pause = kFirstPause;
    SteadyTime ended = SteadyTime::min();
  };

  bool is_in_sight(const NodeId& id) const;
  Task<> rounds();
  void look();
  void begin(const NodeId& id);
  Task<> search(NodeId id);
  Task<> find_one(NodeId id);

  Clock& clock_;
  const Directory& directory_;
  const Find find_;
  std::map<NodeId, Search> searches_;  ///< for those out of sight
  bool is_running_ = false;
  async::Budget slots_{kSearchesAtOnce};
  async::Signal ended_;
  async::TaskGroup tasks_;
};

}  // namespace mycostr::dht
