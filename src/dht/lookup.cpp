#include "dht/lookup.hpp"

#include <algorithm>

#include "dht/distance.hpp"

namespace mycostr::dht {
namespace {

/// Contacts kept on one path that are yet to be asked: what is farther away will not be any more.
constexpr std::size_t kMaxFresh = 4 * kBucketSize;
/// Of one path, far more than any network needs: liars that name ever closer ones would lead it on for ever.
constexpr std::size_t kMaxAsked = 256;

}  // namespace

const LookupPath::Candidate* LookupPath::find(const NodeId& id) const {
  const auto at = std::ranges::find(candidates_, id, [](const Candidate& c) { return c.contact.id; });
  return at == candidates_.end() ? nullptr : &*at;
}

bool LookupPath::add(const NodeId& target, const Contact& contact) {
  if (knows(contact.id)) return false;
  const auto subnet = subnet_of(contact.address.ip);
  if (settings_.distinct_subnets) {
    if (std::ranges::count(candidates_, subnet, &Candidate::subnet) > 0) return false;
  }
  if (std::cmp_greater_equal(std::ranges::count(candidates_, AskState::fresh, &Candidate::state),
                             kMaxFresh)) {
    // Only such give way: who has answered is not pushed out by many closer ones that somebody made up.
    const auto farthest =
        std::ranges::find(candidates_.rbegin(), candidates_.rend(), AskState::fresh, &Candidate::state);
    if (is_closer(target, farthest->contact.id, contact.id)) return false;
    candidates_.erase(std::next(farthest).base());
  }
  const auto place = std::ranges::lower_bound(candidates_, contact.id, CloserTo{target},
                                              [](const Candidate& c) { return c.contact.id; });
  candidates_.insert(place, {contact, subnet});
  return true;
}

/// The closest one not asked yet among the `wanted` closest that may live.
LookupPath::Candidate* LookupPath::next_fresh() {
  std::size_t counted = 0;
  for (auto& candidate : candidates_) {
    if (candidate.state == AskState::slow) continue;
    if (candidate.state == AskState::fresh) return &candidate;
    if (++counted == settings_.wanted) break;
  }
  return nullptr;
}

template <class MayAsk>
std::optional<Contact> LookupPath::next(MayAsk may_ask) {
  while (in_flight_ < settings_.parallel && asked_ < kMaxAsked) {
    auto* candidate = next_fresh();
    if (candidate == nullptr) return std::nullopt;
    if (!may_ask(candidate->contact.id)) {
      candidates_.erase(candidates_.begin() + (candidate - candidates_.data()));
      continue;
    }
    candidate->state = AskState::asked;
    ++in_flight_;
    ++asked_;
    return candidate->contact;
  }
  return std::nullopt;
}

void LookupPath::set(const NodeId& id, AskState state) {
  auto* candidate = find(id);
  if (candidate == nullptr) return;
  if (candidate->state == AskState::asked) --in_flight_;
  candidate->state = state;
}

void LookupPath::drop(const NodeId& id) {
  set(id, AskState::slow);
  std::erase_if(candidates_, [&](const Candidate& c) { return c.contact.id == id; });
}

bool LookupPath::is_done() const {
  if (asked_ >= kMaxAsked) return in_flight_ == 0;
  std::size_t counted = 0;
  bool any_slow = false;
  for (const auto& candidate : candidates_) {
    if (candidate.state == AskState::slow) {
      // Perhaps the very node that is looked for, on a slow path.
      if (counted == 0) return false;
      any_slow = true;
      continue;
    }
    if (candidate.state != AskState::answered) return false;
    if (++counted == settings_.wanted) return true;
  }
  // With too few that answered, the slow ones are worth the wait.
  return !any_slow;
}

std::vector<Contact> LookupPath::closest() const {
  std::vector<Contact> out;
  for (const auto& candidate : candidates_) {
    if (candidate.state == AskState::answered) out.push_back(candidate.contact);
  }
  return out;
}

Lookup::Lookup(NodeId target, LookupSettings settings, const std::vector<Contact>& start)
    : target_(target), settings_(settings) {
  for (std::size_t i = 0; i < settings_.paths; ++i) paths_.emplace_back(settings_);
  // Each path begins at other nodes.
  for (std::size_t i = 0; i < start.size(); ++i) paths_[i % paths_.size()].add(target_, start[i]);
}

std::vector<Contact> Lookup::next() {
  std::vector<Contact> out;
  for (std::size_t i = 0; i < paths_.size(); ++i) {
    const auto may_ask = [&](const NodeId& id) { return asked_.try_emplace(id, i).second; };
    while (const auto contact = paths_[i].next(may_ask)) out.push_back(*contact);
  }
  return out;
}

LookupPath* Lookup::path_of(const NodeId& id) {
  const auto at = asked_.find(id);
  return at == asked_.end() ? nullptr : &paths_[at->second];
}

void Lookup::answered(const NodeId& from, const std::vector<Contact>& contacts) {
  auto* path = path_of(from);
  if (path == nullptr) return;
  path->set(from, AskState::answered);
  for (const auto& contact : contacts) {
    if (!asked_.contains(contact.id)) path->add(target_, contact);
  }
}

void Lookup::slow(const NodeId& from) {
  if (auto* path = path_of(from)) path->set(from, AskState::slow);
}

void Lookup::failed(const NodeId& from) {
  if (auto* path = path_of(from)) path->drop(from);
}

bool Lookup::is_done() const {
  return std::ranges::all_of(paths_, &LookupPath::is_done);
}

std::vector<Contact> Lookup::closest() const {
  std::vector<Contact> out;
  for (const auto& path : paths_) {
    const auto found = path.closest();
    out.insert(out.end(), found.begin(), found.end());
  }
  std::ranges::sort(out, [&](const Contact& a, const Contact& b) { return is_closer(target_, a.id, b.id); });
  out.resize(std::min(out.size(), settings_.wanted));
  return out;
}

}  // namespace mycostr::dht
