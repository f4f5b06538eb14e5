#include "dht/lookup.hpp"

#include <algorithm>
#include <utility>

#include "dht/distance.hpp"

namespace mycostr::dht {
namespace {

/// Contacts kept on one path that are yet to be asked: what is farther away will not be any more.
constexpr std::size_t kMaxFresh = 4 * kBucketSize;
/// Of one path, far more than any network needs: liars that name ever closer ones would lead it on for ever.
constexpr std::size_t kMaxAsked = 256;
constexpr std::size_t kMaxDisplaced = 3;
/// Where one node is asked, at most: the true address, and those of a few liars.
constexpr std::size_t kMaxAddresses = 4;

}  // namespace

LookupPath::Candidate* LookupPath::find(const NodeId& id) {
  const auto at = std::ranges::find(candidates_, id, [](const Candidate& c) { return c.contact.id; });
  return at == candidates_.end() ? nullptr : &*at;
}

void LookupPath::note_address(Candidate& candidate, const UdpAddress& address) {
  auto& elsewhere = candidate.elsewhere;
  if (candidate.state == AskState::answered || candidate.contact.address == address) return;
  if (elsewhere.size() + 1 >= kMaxAddresses || std::ranges::count(elsewhere, address) > 0) return;
  elsewhere.push_back(address);
}

LookupPath::Candidate* LookupPath::find_in(const Subnet& subnet) {
  const auto at = std::ranges::find(candidates_, subnet, &Candidate::subnet);
  return at == candidates_.end() ? nullptr : &*at;
}

/// Names that somebody made up would keep true ones out for good.
void LookupPath::note_displaced(Candidate& candidate, const Contact& contact) {
  auto& displaced = candidate.displaced;
  if (candidate.state == AskState::answered || displaced.size() >= kMaxDisplaced) return;
  if (std::ranges::count(displaced, contact.id, &Contact::id) == 0) displaced.push_back(contact);
}

void LookupPath::add(const NodeId& target, const Contact& contact) {
  if (auto* known = find(contact.id)) return note_address(*known, contact.address);
  const auto subnet = subnet_of(contact.address.ip);
  auto* taken_by = settings_.distinct_subnets ? find_in(subnet) : nullptr;
  if (taken_by != nullptr) return note_displaced(*taken_by, contact);
  if (std::cmp_greater_equal(std::ranges::count(candidates_, AskState::fresh, &Candidate::state),
                             kMaxFresh)) {
    // Only such give way: who has answered is not pushed out by many closer ones that somebody made up.
    const auto farthest =
        std::ranges::find(candidates_.rbegin(), candidates_.rend(), AskState::fresh, &Candidate::state);
    if (is_closer(target, farthest->contact.id, contact.id)) return;
    candidates_.erase(std::next(farthest).base());
  }
  const auto place = std::ranges::lower_bound(candidates_, contact.id, CloserTo{target},
                                              [](const Candidate& c) { return c.contact.id; });
  candidates_.insert(place, {contact, subnet});
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

/// On the way there `parallel` are asked at once, and whoever is closer than all others known. Once the
/// closest has answered the way is behind: those that are left have to answer in any case, and are asked
/// together (as in section 2.3 of the Kademlia paper).
bool LookupPath::is_turn_of(const Candidate& candidate) const {
  if (in_flight_ < settings_.parallel) return true;
  if (in_flight_ >= settings_.wanted) return false;
  const auto closest =
      std::ranges::find_if(candidates_, [](const Candidate& other) { return other.state != AskState::slow; });
  return closest->state == AskState::answered || &*closest == &candidate;
}

template <class MayAsk>
std::optional<Contact> LookupPath::next(MayAsk may_ask) {
  while (asked_ < kMaxAsked) {
    auto* candidate = next_fresh();
    if (candidate == nullptr || !is_turn_of(*candidate)) return std::nullopt;
    if (!may_ask(candidate->contact)) {
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

std::vector<Contact> LookupPath::drop(const NodeId& id) {
  set(id, AskState::slow);
  auto* candidate = find(id);
  if (candidate == nullptr) return {};
  auto out = std::move(candidate->displaced);
  for (const auto& address : candidate->elsewhere) out.push_back({id, address});
  candidates_.erase(candidates_.begin() + (candidate - candidates_.data()));
  return out;
}

bool LookupPath::is_done() const {
  if (asked_ >= kMaxAsked) return in_flight_ == 0;
  std::size_t counted = 0;
  bool any_slow = false;
  for (const auto& candidate : candidates_) {
    if (candidate.state == AskState::slow) {
      // Perhaps the very node that is looked for, on a slow path; or one that is elsewhere.
      if (counted == 0 || !candidate.elsewhere.empty() || !candidate.displaced.empty()) return false;
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
  for (bool is_more = true; std::exchange(is_more, false);) {
    for (std::size_t i = 0; i < paths_.size(); ++i) {
      const auto may_ask = [&](const Contact& contact) {
        auto& asked = asked_.try_emplace(contact.id, Asked{i, {}}).first->second;
        if (asked.path == i) {
          asked.at.push_back(contact.address);
          return true;
        }
        // Who has been asked by another path may be where this one was told: that path learns of it.
        add(paths_[asked.path], contact);
        is_more = true;
        return false;
      };
      // One each in turn: the first would take the whole neighbourhood of the target.
      const auto contact = paths_[i].next(may_ask);
      if (!contact) continue;
      out.push_back(*contact);
      is_more = true;
    }
  }
  return out;
}

LookupPath* Lookup::path_of(const NodeId& id) {
  const auto at = asked_.find(id);
  return at == asked_.end() ? nullptr : &paths_[at->second.path];
}

/// Who has been asked stays with its path, and is asked again only where it has not been yet.
void Lookup::add(LookupPath& path, const Contact& contact) {
  const auto asked = asked_.find(contact.id);
  if (asked == asked_.end()) return path.add(target_, contact);
  const auto& at = asked->second.at;
  if (at.size() >= kMaxAddresses || std::ranges::count(at, contact.address) > 0) return;
  paths_[asked->second.path].add(target_, contact);
}

void Lookup::answered(const NodeId& from, const std::vector<Contact>& contacts) {
  auto* path = path_of(from);
  if (path == nullptr) return;
  path->set(from, AskState::answered);
  for (auto contact = contacts.begin(); contact != contacts.end(); ++contact) {
    // One answer names one address of a node: a liar does not use up what others may name.
    const auto first = std::ranges::find(contacts, contact->id, &Contact::id);
    if (first == contact) add(*path, *contact);
  }
}

void Lookup::slow(const NodeId& from) {
  if (auto* path = path_of(from)) path->set(from, AskState::slow);
}

void Lookup::failed(const NodeId& from) {
  auto* path = path_of(from);
  if (path == nullptr) return;
  for (const auto& contact : path->drop(from)) add(*path, contact);
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

std::vector<Contact> Lookup::closest_of_each_path(std::size_t count) const {
  std::vector<Contact> out;
  for (const auto& path : paths_) {
    const auto found = path.closest();
    out.insert(out.end(), found.begin(), found.begin() + std::min(found.size(), count));
  }
  return out;
}

}  // namespace mycostr::dht
