#include "repair/source_pacer.hpp"

namespace mycostr::repair {

void SourcePacer::used(const NodeId& holder, SteadyTime began, SteadyTime ended) {
  const auto share = std::chrono::duration<double, std::nano>(ended - began) / fraction_;
  free_at_[holder] = began + std::chrono::duration_cast<Duration>(share);
}

SteadyTime SourcePacer::free_at(const NodeId& holder) const {
  const auto at = free_at_.find(holder);
  return at == free_at_.end() ? SteadyTime::min() : at->second;
}

void SourcePacer::prune(SteadyTime now) {
  std::erase_if(free_at_, [&](const auto& entry) { return entry.second <= now; });
}

}  // namespace mycostr::repair
