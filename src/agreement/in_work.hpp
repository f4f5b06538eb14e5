// Inside of agreement only: a call of an owner that is being answered; a second one meanwhile is refused.
#pragma once

#include "agreement/holder_service.hpp"

namespace mycostr::agreement {

class HolderService::InWork {
 public:
  InWork(HolderService& service, const NodeId& owner)
      : service_(service), owner_(owner), is_first_(service.in_work_.insert(owner).second) {}
  ~InWork() {
    if (!is_first_) return;
    service_.in_work_.erase(owner_);
    service_.work_ended_.notify_all();
  }
  InWork(const InWork&) = delete;
  InWork& operator=(const InWork&) = delete;
  bool is_first() const { return is_first_; }

 private:
  HolderService& service_;
  const NodeId owner_;
  const bool is_first_;
};

}  // namespace mycostr::agreement
