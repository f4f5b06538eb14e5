// Deleted files whose shards are still to be taken back: those that are due, and those that wait until a
// holder is there. Pure: times are passed in. Loop thread only. In memory whole, about 200 bytes a file; the
// catalog's rows are its state on disk.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>

#include "base/ids.hpp"
#include "base/time.hpp"

namespace mycostr::files {

class DeletionQueue {
 public:
  /// Due from now on.
  void add(const FileId& file);
  /// The next one that is due; it is in work until it ends by one of the following.
  std::optional<FileId> take();
  /// Nothing of it is left.
  void done(const FileId& file) { in_work_.erase(file); }
  /// It could not be read or written: due at the next look().
  void failed(const FileId& file);
  /// These holders have not confirmed: due when one of them is there, not before `not_before`. REQUIRES: at
  /// least one.
  void wait(const FileId& file, std::set<NodeId> holders, SteadyTime not_before);

  /// What waits for a holder that is there becomes due. True where there is one, or something had failed.
  bool look(const std::function<bool(const NodeId&)>& is_there, SteadyTime now);

  bool has_due() const { return !due_.empty(); }
  bool is_working() const { return !in_work_.empty(); }
  bool empty() const { return due_.empty() && in_work_.empty() && failed_.empty() && waiting_.empty(); }

 private:
  struct Waiting {
    std::set<NodeId> holders;
    SteadyTime not_before;
  };

  void stop_waiting(const FileId& file);

  std::set<FileId> due_;
  std::set<FileId> in_work_;
  std::set<FileId> failed_;
  std::map<FileId, Waiting> waiting_;
  std::map<NodeId, std::set<FileId>> awaited_;  ///< the files that wait for each holder
};

}  // namespace mycostr::files
