// Fair parts of what many use: each user has a budget of its own for as long as it is there.
#pragma once

#include <map>
#include <memory>

#include "async/budget.hpp"

namespace mycostr::net {

/// Loop thread only. Outlives the budgets that it gives out.
template <class Key>
class Shares {
 public:
  /// `each` units for one user.
  explicit Shares(std::uint64_t each) : each_(each) {}

  /// The user's one budget; it goes with its last holder.
  std::shared_ptr<async::Budget> of(const Key& user) {
    auto& known = shares_[user];
    if (auto share = known.lock()) return share;
    std::shared_ptr<async::Budget> share(new async::Budget(each_), [this, user](async::Budget* gone) {
      delete gone;
      shares_.erase(user);
    });
    known = share;
    return share;
  }

 private:
  const std::uint64_t each_;
  std::map<Key, std::weak_ptr<async::Budget>> shares_;
};

}  // namespace mycostr::net
