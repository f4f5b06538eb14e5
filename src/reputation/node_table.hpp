// A bounded table of nodes that knows which entries changed since when, so that it can be kept on disk.
#pragma once

#include <functional>
#include <list>
#include <unordered_map>

#include "base/ids.hpp"

namespace mycostr::reputation {

/// Loop thread only. The entry touched longest ago goes when there are more than `limit`.
template <class Value>
class NodeTable {
 public:
  explicit NodeTable(std::size_t limit) : limit_(limit) {}

  /// Called at every change; what touch() gives is changed after that.
  std::function<void()> on_change = [] {};

  struct Entry {
    NodeId node;
    Value value;
    std::uint64_t version = 0;  ///< of the table, when this changed last
  };

  /// Nothing where it is not there. Valid until the next change.
  const Value* find(const NodeId& node) const {
    const auto found = by_node_.find(node);
    return found == by_node_.end() ? nullptr : &found->second->value;
  }
  /// To be changed; made where it was not there. Valid until the next change.
  Value& touch(const NodeId& node) {
    if (const auto found = by_node_.find(node); found != by_node_.end()) {
      entries_.splice(entries_.begin(), entries_, found->second);
    } else {
      entries_.push_front({node, {}, 0});
      by_node_[node] = entries_.begin();
    }
    if (entries_.size() > limit_) {
      by_node_.erase(entries_.back().node);
      entries_.pop_back();
    }
    entries_.front().version = ++version_;
    on_change();
    return entries_.front().value;
  }
  /// False where it is not there.
  bool erase(const NodeId& node) {
    const auto found = by_node_.find(node);
    if (found == by_node_.end()) return false;
    entries_.erase(found->second);
    by_node_.erase(found);
    ++version_;
    on_change();
    return true;
  }

  std::size_t size() const { return entries_.size(); }
  /// Those touched last come first.
  const std::list<Entry>& entries() const { return entries_; }
  /// Grows with every change.
  std::uint64_t version() const { return version_; }

 private:
  const std::size_t limit_;
  std::list<Entry> entries_;
  std::unordered_map<NodeId, typename std::list<Entry>::iterator> by_node_;
  std::uint64_t version_ = 0;
};

}  // namespace mycostr::reputation
