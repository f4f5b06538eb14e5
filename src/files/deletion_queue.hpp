// Deleted files whose shards are still to be taken back: those that are due, and those that wait until a
// holder is there; and which holders do not confirm. Pure: times are passed in. Loop thread only. In memory
// whole, about 200 bytes a file; the catalog's rows are its state on disk.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"

namespace mycostr::files {

class DeletionQueue {
 public:
  /// A holder that did not confirm is asked again after the first of these, then twice as long each time.
  static constexpr Duration kFirstPause = std::chrono::seconds(20);
  static constexpr Duration kLongestPause = std::chrono::minutes(10);

  /// Due from now on.
  void add(const FileId& file);
  /// The next one that is due; it is in work until it ends by one of the following.
  std::optional<FileId> take();
  /// Nothing of it is left.
  void done(const FileId& file) { in_work_.erase(file); }
  /// It could not be read or written: due at the next look().
  void failed(const FileId& file);
  /// These holders have not confirmed: due when one of them is there and may be asked. REQUIRES: at least
  /// one.
  void wait(const FileId& file, std::set<NodeId> holders);

  bool may_ask(const NodeId& holder, SteadyTime now) const;
  void refused(const NodeId& holder, SteadyTime now);
  void confirmed(const NodeId& holder) { refusals_.erase(holder); }

  /// What waits for a holder that is there and may be asked becomes due. True where one is there, or
  /// something had failed.
  bool look(const std::function<bool(const NodeId&)>& is_there, SteadyTime now);

  bool has_due() const { return !due_.empty(); }
  bool is_working() const { return !in_work_.empty(); }
  bool empty() const { return due_.empty() && in_work_.empty() && failed_.empty() && waiting_.empty(); }
  /// Holders that files wait for.
  std::vector<NodeId> awaited() const;
  /// Nothing is wanted of this holder, nor could be of what is due.
  bool is_done_with(const NodeId& holder) const {
    return due_.empty() && in_work_.empty() && failed_.empty() && !awaited_.contains(holder);
  }

 private:
  struct Refusals {
    Duration pause;
    SteadyTime not_before;
  };

  void stop_waiting(const FileId& file);

  std::set<FileId> due_;
  std::set<FileId> in_work_;
  std::set<FileId> failed_;
  std::map<FileId, std::set<NodeId>> waiting_;  ///< the holders that each file waits for
  std::map<NodeId, std::set<FileId>> awaited_;  ///< the files that wait for each holder
  std::map<NodeId, Refusals> refusals_;
};

}  // namespace mycostr::files
