#include "repair/records.hpp"

namespace mycostr::repair {

std::string_view repair_state_name(RepairState state) {
  switch (state) {
    case RepairState::waiting:
      return "waiting";
    case RepairState::running:
      return "running";
    case RepairState::done:
      return "done";
    case RepairState::failed:
      return "failed";
  }
  return "waiting";
}

void History::add(RepairRecord record) {
  ++done_;
  records_.push_back(std::move(record));
  if (records_.size() > kMaxDone) records_.pop_front();
}

}  // namespace mycostr::repair
