// What a node does unasked: join, check who still lives, refresh, find out whether it can be reached.
#include <algorithm>

#include "dht/distance.hpp"
#include "dht/kademlia.hpp"

namespace mycostr::dht {
namespace {

constexpr std::size_t kMaxChecksRunning = 8;
constexpr std::size_t kMaxKnocksAsked = 32;
/// A tick at least so often, so that secrets and values grow old in time.
constexpr auto kIdleTick = std::chrono::seconds(30);
constexpr auto kLeastStaleAfter = std::chrono::minutes(2);
constexpr auto kMostStaleAfter = std::chrono::hours(2);
constexpr std::size_t kLeastNodesForVerdict = 3;

}  // namespace

void Kademlia::join(const std::vector<UdpAddress>& addresses) {
  struct Joining {
    bool is_looking = false;
  };
  const auto joining = std::make_shared<Joining>();
  for (const auto& address : addresses) {
    ping(address, [this, joining](std::optional<Contact> contact) {
      // The first that answers will do; the others are in the table for later. By a client there is no way
      // in.
      if (!contact || table_.size() == 0 || std::exchange(joining->is_looking, true)) return;
      find_nodes(self_, Effort::disjoint_paths,
                 [this](const std::vector<Contact>&) { refresh_far_buckets(); });
    });
  }
}

/// The neighbours are known; what is farther away than the closest of them is filled.
void Kademlia::refresh_far_buckets() {
  const auto neighbours = table_.closest(self_, 1);
  if (neighbours.empty()) return;
  const auto closest = common_prefix(self_, neighbours.front().id);
  for (std::size_t bucket = 0; bucket < closest; ++bucket) {
    const auto target = with_common_prefix(self_, bucket, around_.random.make<NodeId>());
    find_nodes(target, Effort::one_path, [](const std::vector<Contact>&) {});
  }
}

void Kademlia::tick() {
  calls_.tick();
  responder_.tick();
  const auto now = around_.clock.now();
  reachability_.tick(now);
  if (now >= next_check_) {
    next_check_ = now + settings_.check_every;
    check_stalest();
  }
  if (now >= next_refresh_) {
    next_refresh_ = now + settings_.refresh / 16;
    refresh_one_bucket();
  }
  if (now >= next_reachability_) {
    next_reachability_ = now + settings_.reachability_check / (reachability_.verdict() == true ? 1 : 60);
    check_reachability();
  }
}

SteadyTime Kademlia::next_due() const {
  const auto own = std::min({next_check_, next_refresh_, next_reachability_});
  return std::min({calls_.next_due(), own, around_.clock.now() + kIdleTick});
}

/// Apart from the checks of those in the table, which anybody could keep from being made else.
void Kademlia::check(const Contact& contact) {
  if (newcomers_checked_ >= kMaxChecksRunning) return;
  ++newcomers_checked_;
  call(contact.address, contact.id, wire::Ping{}, 0,
       {[this](const Reply&) { --newcomers_checked_; }, [this] { --newcomers_checked_; }});
}

void Kademlia::check_former(const Contact& former, const Sighting& sighting) {
  const bool is_checked = std::ranges::count(movers_checked_, former.id) > 0;
  if (is_checked || movers_checked_.size() >= kMaxChecksRunning) return;
  movers_checked_.push_back(former.id);
  Calls::Handlers handlers;
  handlers.replied = [this, id = former.id](const Reply&) { std::erase(movers_checked_, id); };
  handlers.failed = [this, sighting] {
    const auto& id = sighting.contact.id;
    std::erase(movers_checked_, id);
    if (on_silent) on_silent(id);
    alive(sighting);
  };
  call(former.address, former.id, wire::Ping{}, 0, std::move(handlers));
}

/// How long a node may be silent before it is checked follows from how many checks find nobody.
void Kademlia::check_stalest() {
  const auto* stalest = table_.stalest(around_.clock.now() - stale_after_);
  if (stalest == nullptr || checks_running_ >= kMaxChecksRunning) return;
  ++checks_running_;
  Calls::Handlers handlers;
  // One in five should fail: 0.95^4 x 1.2 is about one.
  handlers.replied = [this](const Reply&) {
    --checks_running_;
    stale_after_ = std::min<Duration>(stale_after_ * 21 / 20, kMostStaleAfter);
  };
  handlers.failed = [this] {
    --checks_running_;
    stale_after_ = std::max<Duration>(stale_after_ * 4 / 5, kLeastStaleAfter);
  };
  const auto contact = stalest->contact;
  call(contact.address, contact.id, wire::Ping{}, 0, std::move(handlers));
}

/// The bucket that no lookup has touched for longest, where that is long; the own neighbourhood is one of
/// them.
void Kademlia::refresh_one_bucket() {
  const auto now = around_.clock.now();
  const auto neighbours = table_.closest(self_, 1);
  if (neighbours.empty()) return;
  const auto closest = common_prefix(self_, neighbours.front().id);
  const auto count = std::min(closest, std::size_t{NodeId::kSize * 8 - 2}) + 2;
  bucket_touched_.resize(std::max(bucket_touched_.size(), count), now - settings_.refresh);
  const auto oldest =
      std::min_element(bucket_touched_.begin(), bucket_touched_.begin() + static_cast<std::ptrdiff_t>(count));
  if (now - *oldest < settings_.refresh) return;
  *oldest = now;
  const auto bucket = static_cast<std::size_t>(oldest - bucket_touched_.begin());
  if (bucket + 1 == count) return refresh_neighbourhood();
  const auto target = with_common_prefix(self_, bucket, around_.random.make<NodeId>());
  find_nodes(target, Effort::one_path, [](const std::vector<Contact>&) {});
}

/// By two paths: one from the closest nodes known, one from anywhere in the table. The neighbours of a
/// network that was apart know each other only; far nodes lead to the others that are near.
void Kademlia::refresh_neighbourhood() {
  auto closest = table_.closest(self_, kBucketSize);
  std::vector<Contact> start;
  for (auto& contact : closest) {
    start.push_back(contact);
    const auto anywhere = table_.closest(around_.random.make<NodeId>(), 1);
    start.push_back(anywhere.empty() ? contact : anywhere.front());
  }
  LookupSettings settings;
  settings.parallel = settings_.parallel;
  settings.distinct_subnets = settings_.table.distinct_subnets;
  settings.paths = 2;
  begin_lookup(self_, settings, start, false, [](const Lookup&, std::vector<Bytes>&) {});
}

void Kademlia::check_reachability() {
  if (table_.size() < kLeastNodesForVerdict) return reachability_.forget();
  const auto others = table_.closest(around_.random.make<NodeId>(), kBucketSize);
  if (others.empty()) return;
  const auto helper = others[around_.random.below(others.size())];
  const auto nonce = reachability_.begin(around_.random, around_.clock.now());
  ask_for_knock(helper, nonce, true);
}

void Kademlia::ask_for_knock(const Contact& helper, const wire::Nonce& nonce, bool may_repeat) {
  Calls::Handlers handlers;
  handlers.replied = [this, helper, nonce, may_repeat](const Reply& reply) {
    // The refusal brought the cookie that was missing.
    if (lacks_cookie(reply) && may_repeat) return ask_for_knock(helper, nonce, false);
    if (!std::holds_alternative<wire::Done>(reply.body)) reachability_.withdraw(nonce);
  };
  handlers.failed = [this, nonce] { reachability_.withdraw(nonce); };
  call(helper.address, helper.id, wire::CheckMe{nonce}, 0, std::move(handlers));
}

/// False where too many are under way: who asked for it tries another node.
bool Kademlia::pass_on(const Contact& helper, const wire::KnockAt& request, bool may_repeat) {
  if (knocks_asked_ >= kMaxKnocksAsked) return false;
  ++knocks_asked_;
  Calls::Handlers handlers;
  handlers.replied = [this, helper, request, may_repeat](const Reply& reply) {
    --knocks_asked_;
    // The refusal brought the cookie that was missing.
    if (lacks_cookie(reply) && may_repeat) pass_on(helper, request, false);
  };
  handlers.failed = [this] { --knocks_asked_; };
  call(helper.address, helper.id, request, 0, std::move(handlers));
  return true;
}

}  // namespace mycostr::dht
