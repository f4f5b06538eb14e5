#include "payment/epochs.hpp"

#include <algorithm>

namespace mycostr::payment {

bool is_over(const agreement::Agreement& agreement) {
  if (agreement.revision.ends) return true;
  switch (agreement.state) {
    case agreement::State::active:
    case agreement::State::ending:  // the holder is still to be told, and keeps what there is until then
      return false;
    case agreement::State::ended:
    case agreement::State::unpaid:
      return true;
  }
  return true;
}

WallTime epoch_start(WallTime now, std::chrono::milliseconds period) {
  return now - now.time_since_epoch() % period;
}

bool close_epochs(OpenStatements& open, const agreement::Agreement& agreement, WallTime agreed_end,
                  WallTime now, std::chrono::milliseconds period) {
  // Agreed on by now; or of a time that the clock has gone back behind.
  while (!open.ends.empty() && open.ends.back() > now) {
    open.ends.pop_back();
    open.has_last = false;
  }
  const auto is_front_agreed = [&] {
    if (open.ends.empty() || open.ends.front() > agreed_end) return false;
    // A last one may end where the one before it did.
    return open.ends.front() < agreed_end || !open.has_last || open.ends.size() > 1;
  };
  while (is_front_agreed()) open.ends.erase(open.ends.begin());
  if (open.ends.empty()) open.has_last = false;
  const auto last_end = open.ends.empty() ? agreed_end : open.ends.back();
  if (open.has_last || open.ends.size() >= wire::kMaxStatementsPerCall) return false;
  if (is_over(agreement)) {
    // Without a last revision nobody has signed when: it counts for the epochs at whose ends it was still
    // there.
    open.ends.push_back(agreement.revision.ends ? std::max(last_end, agreement.revision.at) : last_end);
    open.has_last = true;
    return true;
  }
  const auto boundary = epoch_start(now, period);
  if (boundary <= last_end) return false;
  open.ends.push_back(std::min(boundary, epoch_start(last_end, period) + kMostEpochs * period));
  return true;
}

}  // namespace mycostr::payment
