#include "dht/service.hpp"

#include <algorithm>

#include "async/cancel.hpp"
#include "base/log.hpp"
#include "wire/messages.hpp"

namespace mycostr::dht {
namespace {

constexpr auto kTick = std::chrono::seconds(1);
constexpr auto kExpiryCheck = std::chrono::minutes(1);      // it looks at every record
constexpr auto kBootstrapAgain = std::chrono::minutes(10);  // two networks that share a node there become one
constexpr auto kFirstPublication = std::chrono::minutes(5);
constexpr auto kPublish = std::chrono::hours(1);
constexpr Duration kRetry = std::chrono::seconds(5);  // a node that did not answer
/// One that was never heard from where its record says that it is: anybody's address may stand there.
constexpr unsigned kMostDoublings = 6;  // 5 min
constexpr std::size_t kMaxFetching = 16;
constexpr std::size_t kMaxWanted = 1000;
/// Of one subnet: identities cost nothing, and those that never give a record must not keep others waiting.
constexpr std::size_t kMaxWantedPerSubnet = 16;
/// However often a node tells of a newer record: some give none, or one that is refused.
constexpr Duration kFetchAgain = std::chrono::seconds(2);
constexpr std::size_t kMaxFetched = 4 * kMaxWanted;
/// After a publication that nobody took, or where the own address has changed since.
constexpr Duration kPublishAgain = std::chrono::minutes(1);
constexpr std::size_t kMaxProbesPerTick = 20;
constexpr std::size_t kMaxAnnounced = 200;
constexpr std::size_t kJoinBy = 8;
/// With fewer in the table the bootstrap nodes may be as lost as this one.
constexpr std::size_t kEnough = 8;

std::optional<UdpAddress> address_in(const wire::NodeRecord& record) {
  for (const auto& endpoint : record.endpoints) {
    if (const auto address = to_udp(endpoint)) return address;
  }
  return std::nullopt;
}

Duration retry_after(const KnownNode& node) {
  return node.address ? kRetry : kRetry * (1 << std::min<unsigned>(node.silences, kMostDoublings));
}

}  // namespace

Service::Service(boost::asio::any_io_executor executor, Surroundings around, Transport& transport,
                 MetaStore& store, Directory& directory, RecordKeeper& own, NodeId self,
                 ServiceSettings settings)
    : around_(around),
      transport_(transport),
      store_(store),
      directory_(directory),
      own_(own),
      self_(self),
      settings_(std::move(settings)),
      kademlia_(around, self, own, settings_.kademlia),
      tasks_(std::move(executor), "dht") {
  kademlia_.on_alive = [this](const Sighting& sighting) { seen(sighting); };
  kademlia_.on_silent = [this](const NodeId& id) { directory_.failed(id, around_.clock.now()); };
  kademlia_.known_at = [this](const NodeId& id) -> std::optional<UdpAddress> {
    const auto* node = directory_.find(id);
    if (node == nullptr || node->failing) return std::nullopt;
    return node->address;
  };
  // Spread, so that a network that starts together does not publish together.
  next_publication_ =
      around_.clock.now() + kFirstPublication + std::chrono::milliseconds(around_.random.below(300'000));
}

Task<> Service::run() {
  std::exception_ptr stopped;
  is_running_ = true;
  try {
    around_.datagrams.serve(*this);
    wake();
    co_await keep_directory();
  } catch (...) {
    stopped = std::current_exception();
  }
  is_running_ = false;
  co_await async::begin_cleanup();
  co_await tasks_.close();
  co_await async::end_cleanup();
  std::rethrow_exception(stopped);
}

void Service::received(const UdpAddress& from, ByteView bytes) {
  kademlia_.received(from, bytes);
  wake();
}

/// Where something is due earlier than what is slept for, a shorter sleep begins beside the others: ending
/// them would cost more than letting them find nothing to do.
void Service::wake() {
  const auto due = kademlia_.next_due();
  if (!is_running_ || due >= sleeps_until_) return;
  sleeps_until_ = due;
  tasks_.spawn(tick_at(due));
}

Task<> Service::tick_at(SteadyTime due) {
  co_await around_.clock.sleep_for(due - around_.clock.now());
  if (sleeps_until_ > around_.clock.now()) co_return;
  sleeps_until_ = SteadyTime::max();
  kademlia_.tick();
  wake();
}

Task<> Service::keep_directory() {
  for (;;) {
    const auto now = around_.clock.now();
    if (now >= next_expiry_) {
      directory_.drop_expired(around_.clock.wall_now());
      next_expiry_ = now + kExpiryCheck;
    }
    const bool is_alone = kademlia_.table().closest(self_, 1).empty();
    if (!is_joining_ && (is_alone ? now >= next_join_ : now >= next_bootstrap_)) {
      next_join_ = now + settings_.join_interval;
      next_bootstrap_ = now + kBootstrapAgain;
      is_joining_ = true;
      tasks_.spawn(join_by_bootstrap());
      if (is_alone || kademlia_.table().size() < kEnough) join_by_known();
    }
    fetch_wanted();
    probe_due();
    publish_pointer();
    wake();
    co_await save();
    co_await around_.clock.sleep_for(kTick);
  }
}

Task<> Service::join_by_bootstrap() {
  struct End {
    bool& is_joining;
    ~End() { is_joining = false; }
  } end{is_joining_};
  std::vector<UdpAddress> addresses;
  for (const auto& endpoint : settings_.bootstrap) {
    const auto resolved = co_await around_.datagrams.resolve(endpoint);
    if (resolved) {
      addresses.insert(addresses.end(), resolved->begin(), resolved->end());
    } else {
      log(LogLevel::warn, "dht", "bootstrap {}: {}", to_string(endpoint), to_string(resolved.error()));
    }
  }
  kademlia_.join(addresses);
  wake();
}

/// By the anchors, and some of those whose records are on disk.
void Service::join_by_known() {
  auto addresses = anchors_;
  std::vector<UdpAddress> known;
  const bool knows_nobody = kademlia_.table().size() == 0;
  for (const auto& [id, node] : directory_.nodes()) {
    const auto address = address_in(node.record);
    if (address && (knows_nobody || kademlia_.may_ask(*address))) known.push_back(*address);
  }
  // A hash table's order is no part of a decision.
  std::ranges::sort(known);
  for (std::size_t i = 0; i < kJoinBy && !known.empty(); ++i) {
    const auto at = known.begin() + static_cast<std::ptrdiff_t>(around_.random.below(known.size()));
    addresses.push_back(*at);
    known.erase(at);
  }
  kademlia_.join(addresses);
}

void Service::seen(const Sighting& sighting) {
  const auto& id = sighting.contact.id;
  directory_.answered(id, sighting.rtt, around_.clock.now(), around_.clock.wall_now());
  directory_.reached_at(id, sighting.contact.address);
  if (sighting.rtt && on_rtt) on_rtt(id, *sighting.rtt);
  const auto* known = directory_.find(id);
  if (known != nullptr) {
    directory_.probe_later(id, around_.clock.now() + settings_.probe_interval);
    if (known->record.seq >= sighting.record_seq) return;
  }
  // Nobody else can use a node that cannot be reached. One that is known may be a client for a while only.
  if (!sighting.is_server && known == nullptr) return;
  if (!may_want(sighting.contact)) return;
  wanted_.insert_or_assign(id, sighting.contact);
  if (fetching_ < kMaxFetching) fetch_wanted();
}

bool Service::may_want(const Contact& contact) {
  if (wanted_.contains(contact.id)) return true;
  if (wanted_.size() >= kMaxWanted) return false;
  if (!settings_.kademlia.table.distinct_subnets) return true;
  const auto subnet = subnet_of(contact.address.ip);
  const auto same = std::ranges::count_if(
      wanted_, [&](const auto& entry) { return subnet_of(entry.second.address.ip) == subnet; });
  return static_cast<std::size_t>(same) < kMaxWantedPerSubnet;
}

void Service::fetch_wanted() {
  const auto now = around_.clock.now();
  std::erase_if(fetched_, [&](const auto& entry) { return now - entry.second >= kFetchAgain; });
  const auto may_fetch = [&](const auto& entry) { return !fetched_.contains(entry.first); };
  while (fetching_ < kMaxFetching && fetched_.size() < kMaxFetched) {
    // From anyone of them on: in the order of ids, which can be chosen, some would never have their turn.
    const auto middle = wanted_.lower_bound(around_.random.make<NodeId>());
    auto next = std::find_if(middle, wanted_.end(), may_fetch);
    if (next == wanted_.end()) next = std::find_if(wanted_.begin(), middle, may_fetch);
    if (next == wanted_.end() || !may_fetch(*next)) return;
    const auto contact = wanted_.extract(next).mapped();
    fetched_[contact.id] = now;
    ++fetching_;
    kademlia_.get_record(contact, [this, contact](const std::optional<Bytes>& record) {
      --fetching_;
      fetched(contact, record);
    });
  }
}

void Service::fetched(const Contact& from, const std::optional<Bytes>& record) {
  if (!record) return;
  const auto claimed = wire::decode_trusted_record(*record);
  if (!claimed || claimed->id() != from.id) return;  // its own record, or none
  const auto learned = directory_.learn(*record, around_.clock.wall_now());
  if (!learned) {
    log(LogLevel::debug, "dht", "record of node={}: {}", short_hex(from.id.view()),
        to_string(learned.error()));
    return;
  }
  // Wanted once more since the answer was seen to come.
  wanted_.erase(from.id);
  directory_.answered(from.id, std::nullopt, around_.clock.now(), around_.clock.wall_now());
  directory_.reached_at(from.id, from.address);
  save_soon();
}

void Service::probe_due() {
  const auto now = around_.clock.now();
  if (now < directory_.earliest_probe()) return;
  const auto due = directory_.due_probes(now);
  // From a random place on, so that with too many due each has its turn.
  const auto first = due.empty() ? 0 : around_.random.below(due.size());
  for (std::size_t i = 0; i < due.size() && i < kMaxProbesPerTick; ++i) {
    const auto& id = due[(first + i) % due.size()];
    const auto& node = *directory_.find(id);
    const auto address = node.address ? node.address : address_in(node.record);
    const bool may_ask = !address || kademlia_.may_ask(*address);
    // One that is silent is wanted back: whatever comes of it, it is not due again at the next tick.
    directory_.probe_later(id,
                           now + (node.failing || !may_ask ? retry_after(node) : settings_.probe_interval));
    if (!address) continue;
    if (may_ask) {
      kademlia_.probe({id, *address});
    } else if (kademlia_.table().size() > 0) {
      // Who knows nobody yet may still find itself in that private network.
      directory_.failed(id, now);
    }
  }
}

void Service::announce() {
  std::vector<Contact> known;
  for (const auto& [id, node] : directory_.nodes()) {
    if (node.address && !node.failing) known.push_back({id, *node.address});
  }
  std::ranges::sort(known, {}, &Contact::id);
  known.resize(std::min(known.size(), kMaxAnnounced));
  // Each datagram says which record is the newest: who has an older one asks for it.
  for (const auto& contact : known) kademlia_.announce_to(contact);
  wake();
}

void Service::publish_pointer() {
  const auto now = around_.clock.now();
  const bool has_moved = was_published_ && own_.endpoints() != published_ && now >= may_publish_again_;
  const bool is_due = has_moved || now >= next_publication_;
  if (!is_due || own_.endpoints().empty() || kademlia_.table().size() == 0) return;
  was_published_ = true;
  published_ = own_.endpoints();
  next_publication_ = now + kPublish;
  may_publish_again_ = now + kPublishAgain;
  kademlia_.publish(self_, own_.pointer(), [this](std::size_t taken) {
    log(LogLevel::debug, "dht", "the own pointer lies at {} nodes", taken);
    if (taken == 0) next_publication_ = around_.clock.now() + kPublishAgain;
  });
}

}  // namespace mycostr::dht
