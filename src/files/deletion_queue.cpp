#include "files/deletion_queue.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace mycostr::files {

void DeletionQueue::add(const FileId& file) {
  stop_waiting(file);
  due_.insert(file);
}

std::optional<FileId> DeletionQueue::take() {
  const auto next = std::ranges::find_if(due_, [&](const FileId& file) { return !in_work_.contains(file); });
  if (next == due_.end()) return std::nullopt;
  const auto file = *next;
  due_.erase(next);
  stop_waiting(file);
  in_work_.insert(file);
  return file;
}

void DeletionQueue::failed(const FileId& file) {
  in_work_.erase(file);
  failed_.insert(file);
}

void DeletionQueue::wait(const FileId& file, std::set<NodeId> holders, SteadyTime not_before) {
  in_work_.erase(file);
  for (const auto& holder : holders) awaited_[holder].insert(file);
  waiting_[file] = {std::move(holders), not_before};
}

bool DeletionQueue::look(const std::function<bool(const NodeId&)>& is_there, SteadyTime now) {
  bool found = !failed_.empty();
  due_.merge(std::exchange(failed_, {}));
  std::vector<FileId> ready;
  for (const auto& [holder, files] : awaited_) {
    if (!is_there(holder)) continue;
    found = true;
    std::ranges::copy_if(files, std::back_inserter(ready),
                         [&](const FileId& file) { return waiting_.at(file).not_before <= now; });
  }
  for (const auto& file : ready) add(file);
  return found;
}

void DeletionQueue::stop_waiting(const FileId& file) {
  const auto waiting = waiting_.extract(file);
  if (waiting.empty()) return;
  for (const auto& holder : waiting.mapped().holders) {
    const auto at = awaited_.find(holder);
    at->second.erase(file);
    if (at->second.empty()) awaited_.erase(at);
  }
}

}  // namespace mycostr::files
