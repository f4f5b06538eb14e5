#include "files/deletion_queue.hpp"

#include <algorithm>
#include <utility>

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
  in_work_.insert(file);
  return file;
}

void DeletionQueue::failed(const FileId& file) {
  in_work_.erase(file);
  failed_.insert(file);
}

void DeletionQueue::wait(const FileId& file, std::set<NodeId> holders) {
  in_work_.erase(file);
  if (due_.contains(file)) return;
  for (const auto& holder : holders) awaited_[holder].insert(file);
  waiting_[file] = std::move(holders);
}

bool DeletionQueue::may_ask(const NodeId& holder, SteadyTime now) const {
  const auto at = refusals_.find(holder);
  return at == refusals_.end() || at->second.not_before <= now;
}

void DeletionQueue::refused(const NodeId& holder, SteadyTime now) {
  const auto [at, is_first] = refusals_.try_emplace(holder, kFirstPause, now);
  auto& [pause, not_before] = at->second;
  if (not_before > now) return;  // asked for several files at once
  if (!is_first) pause = std::min(2 * pause, kLongestPause);
  not_before = now + pause;
}

bool DeletionQueue::look(const std::function<bool(const NodeId&)>& is_there, SteadyTime now) {
  bool found = !failed_.empty();
  due_.merge(std::exchange(failed_, {}));
  std::vector<FileId> ready;
  for (const auto& [holder, files] : awaited_) {
    if (!is_there(holder)) continue;
    found = true;
    if (may_ask(holder, now)) ready.insert(ready.end(), files.begin(), files.end());
  }
  for (const auto& file : ready) add(file);
  return found;
}

std::vector<NodeId> DeletionQueue::awaited() const {
  std::vector<NodeId> out;
  for (const auto& [holder, files] : awaited_) out.push_back(holder);
  return out;
}

void DeletionQueue::stop_waiting(const FileId& file) {
  const auto waiting = waiting_.extract(file);
  if (waiting.empty()) return;
  for (const auto& holder : waiting.mapped()) {
    const auto at = awaited_.find(holder);
    at->second.erase(file);
    if (at->second.empty()) awaited_.erase(at);
  }
}

}  // namespace mycostr::files
