#include "dht/kademlia.hpp"

#include <algorithm>

#include "dht/distance.hpp"

namespace mycostr::dht {
namespace {

constexpr std::size_t kObservations = 11;
constexpr std::size_t kLeastObservations = 3;
constexpr auto kObservationLife = std::chrono::minutes(30);
/// With one check every five seconds a node has asked so many others of late.
constexpr std::size_t kSmallNetwork = 60;
/// An idle node is checked after this time, or sooner where many checked ones turn out to be gone: about one
/// check in five should find a dead node, else checks are wasted, or lookups wait for the dead.
constexpr auto kFirstStaleAfter = std::chrono::minutes(15);
/// Of a published value, on each disjoint path: who holds all places near an owner has still not all of them.
constexpr std::size_t kCopiesPerPath = 8;

}  // namespace

Kademlia::Kademlia(Surroundings around, NodeId self, OwnRecord& record, KademliaSettings settings)
    : around_(around),
      self_(self),
      settings_(settings),
      table_(self, settings.table),
      calls_(around_, settings.cookies),
      record_(record),
      responder_(around_, table_, record),
      stale_after_(kFirstStaleAfter) {
  const auto now = around_.clock.now();
  // Spread, so that nodes that started together do not all speak at once.
  const auto spread = [&](Duration period) {
    return now + Duration(around_.random.below(static_cast<std::uint64_t>(period.count()) + 1));
  };
  next_check_ = spread(settings.check_every);
  next_refresh_ = spread(settings.refresh / 16);
  next_reachability_ = now + std::chrono::seconds(5);
  responder_.is_awaited = [this](const wire::Nonce& nonce) { return reachability_.is_waiting_for(nonce); };
  responder_.may_ask = [this](const UdpAddress& address) { return may_ask(address); };
  responder_.ask_to_knock = [this](const Contact& helper, const wire::KnockAt& request) {
    return pass_on(helper, request, true);
  };
  responder_.knocked = [this](const UdpAddress& from, const wire::Nonce& nonce) {
    // Where all know all, anybody has to do.
    const bool is_small = table_.size() <= kSmallNetwork;
    if (is_small || !calls_.has_lately_asked(from)) {
      reachability_.knocked(nonce, around_.clock.now());
    } else {
      reachability_.knocked_by_known(nonce);
    }
  };
}

void Kademlia::received(const UdpAddress& from, ByteView bytes) {
  if (from.port == 0) return;
  const auto got = wire::decode_datagram(bytes);
  if (!got || got->datagram.network != around_.network || got->datagram.key == around_.signer.key()) return;
  if (wire::is_reply(got->datagram.body)) return calls_.received(from, *got);
  const auto asker = responder_.received(from, *got, bytes.size(), reachability_.is_server());
  if (!asker) return;
  if (asker->is_proven) return alive({asker->contact, asker->is_server, asker->record_seq, std::nullopt});
  // Who is not checked enters once it comes with the cookie.
  const bool is_wanted = asker->is_server && table_.has_room_for(asker->contact);
  if (is_wanted && asker->may_be_checked) check(asker->contact);
}

void Kademlia::call(const UdpAddress& to, std::optional<NodeId> id, wire::DatagramBody body,
                    std::size_t reply_size, Calls::Handlers handlers) {
  const auto now = around_.clock.now();
  Calls::Request request{
      to, id, std::move(body), reply_size, std::nullopt, reachability_.is_server(), record_.seq()};
  const auto* entry = id ? table_.find(*id) : nullptr;
  if (entry != nullptr && entry->contact.address == to) {
    if (entry->rtt_us > 0) request.mean_rtt = std::chrono::microseconds(entry->rtt_us);
    table_.asked(*id, now);
  }
  ++counters_.requests;
  auto replied = std::move(handlers.replied);
  auto failed = std::move(handlers.failed);
  handlers.replied = [this, replied = std::move(replied)](const Reply& reply) mutable {
    observe(reply.from.address, reply.observed);
    alive({reply.from, reply.is_server, reply.record_seq, reply.rtt});
    replied(reply);
  };
  handlers.failed = [this, to, id, failed = std::move(failed)]() mutable {
    if (id) silent({*id, to});
    failed();
  };
  calls_.start(std::move(request), std::move(handlers));
}

std::optional<UdpAddress> Kademlia::answers_at(const NodeId& id) const {
  const auto* entry = table_.find(id);
  if (entry == nullptr) return known_at ? known_at(id) : std::nullopt;
  if (entry->failures > 0) return std::nullopt;
  return entry->contact.address;
}

/// What comes from another address than before may have been passed on there: who still answers where it was
/// has not moved.
void Kademlia::alive(const Sighting& sighting) {
  const auto& id = sighting.contact.id;
  const auto former = answers_at(id);
  if (former && *former != sighting.contact.address) return check_former({id, *former}, sighting);
  if (!sighting.contact.address.ip.is_global()) has_private_peers_ = true;
  // A client answers, but others could not reach it.
  if (sighting.is_server) {
    table_.answered(sighting.contact, sighting.rtt, around_.clock.now());
  } else {
    table_.remove(id);
  }
  if (on_alive) on_alive(sighting);
}

void Kademlia::silent(const Contact& contact) {
  const auto* entry = table_.find(contact.id);
  // Anybody can name a node at an address where it is not: the silence there tells nothing of it.
  if (entry == nullptr || entry->contact.address != contact.address) return;
  if (const auto replacement = table_.failed(contact.id)) check(*replacement);
}

/// One vote for each subnet: whoever answers often, or has many names, has no more.
void Kademlia::observe(const UdpAddress& by, const UdpAddress& address) {
  const auto subnet = subnet_of(by.ip);
  if (settings_.table.distinct_subnets)
    std::erase_if(observed_, [&](const Observation& known) { return known.by == subnet; });
  const auto now = around_.clock.now();
  std::erase_if(observed_, [&](const Observation& known) { return now - known.at > kObservationLife; });
  if (observed_.size() >= kObservations) observed_.erase(observed_.begin());
  observed_.push_back({subnet, address, now});
}

std::optional<UdpAddress> Kademlia::observed() const {
  // In a young network there may not be as many.
  const auto least = std::min(kLeastObservations, table_.subnets());
  if (settings_.table.distinct_subnets && observed_.size() < least) return std::nullopt;
  for (const auto& [by, address, at] : observed_) {
    const auto votes = std::ranges::count(observed_, address, &Observation::address);
    if (static_cast<std::size_t>(votes) * 2 > observed_.size()) return address;
  }
  return std::nullopt;
}

bool Kademlia::may_ask(const UdpAddress& address) const {
  return address.port != 0 && (address.ip.is_global() || has_private_peers_);
}

void Kademlia::start_lookup(const NodeId& target, Effort effort, bool wants_value, Ended done) {
  const auto bucket = common_prefix(self_, target);
  if (bucket < bucket_touched_.size()) bucket_touched_[bucket] = around_.clock.now();
  LookupSettings settings;
  settings.parallel = settings_.parallel;
  settings.distinct_subnets = settings_.table.distinct_subnets;
  if (effort == Effort::disjoint_paths) settings.paths = settings_.disjoint_paths;
  begin_lookup(target, settings, table_.closest(target, kBucketSize * settings.paths), wants_value,
               std::move(done));
}

void Kademlia::begin_lookup(const NodeId& target, const LookupSettings& settings,
                            const std::vector<Contact>& start, bool wants_value, Ended done) {
  ++counters_.lookups;
  const auto id = next_lookup_++;
  auto& running = lookups_[id];
  running.lookup = std::make_unique<Lookup>(target, settings, start);
  running.wants_value = wants_value;
  running.done = std::move(done);
  advance(id);
}

void Kademlia::advance(LookupId id) {
  const auto at = lookups_.find(id);
  if (at == lookups_.end()) return;
  for (const auto& contact : at->second.lookup->next()) ask(id, contact, at->second);
  if (!at->second.lookup->is_done()) return;
  auto running = std::move(at->second);
  lookups_.erase(at);
  running.done(*running.lookup, running.values);
}

void Kademlia::ask(LookupId id, const Contact& contact, Running& running) {
  const auto& target = running.lookup->target();
  const auto reply_size =
      running.wants_value ? kMaxDatagram : wire::nodes_reply_size(wire::kMaxContactsPerReply);
  wire::DatagramBody body = wire::FindNodes{target};
  if (running.wants_value) body = wire::GetValue{target};
  Calls::Handlers handlers;
  handlers.replied = [this, id](const Reply& reply) { lookup_answered(id, reply); };
  handlers.failed = [this, id, node = contact.id] {
    const auto at = lookups_.find(id);
    if (at == lookups_.end()) return;
    at->second.lookup->failed(node);
    advance(id);
  };
  handlers.slow = [this, id, node = contact.id] {
    const auto at = lookups_.find(id);
    if (at == lookups_.end()) return;
    at->second.lookup->slow(node);
    advance(id);
  };
  call(contact.address, contact.id, std::move(body), reply_size, std::move(handlers));
}

void Kademlia::lookup_answered(LookupId id, const Reply& reply) {
  const auto at = lookups_.find(id);
  if (at == lookups_.end()) return;
  std::vector<Contact> contacts;
  if (const auto* nodes = std::get_if<wire::Nodes>(&reply.body)) contacts = nodes->contacts;
  const auto* value = std::get_if<wire::Value>(&reply.body);
  if (value != nullptr && at->second.wants_value) at->second.values.push_back(value->value);
  std::erase_if(contacts, [&](const Contact& c) { return c.id == self_ || !may_ask(c.address); });
  at->second.lookup->answered(reply.from.id, contacts);
  advance(id);
}

void Kademlia::find_nodes(const NodeId& target, Effort effort, Found done) {
  start_lookup(target, effort, false,
               [done = std::move(done)](const Lookup& lookup, std::vector<Bytes>&) mutable {
                 done(lookup.closest());
               });
}

void Kademlia::find_value(const NodeId& owner, FoundValue done) {
  start_lookup(owner, Effort::disjoint_paths, true,
               [this, owner, done = std::move(done)](const Lookup&, std::vector<Bytes>& values) mutable {
                 const auto now = around_.clock.wall_now();
                 std::optional<Bytes> newest;
                 std::uint64_t newest_seq = 0;
                 for (auto& value : values) {
                   const auto pointer = wire::decode_owner_pointer(value);
                   if (!pointer || pointer->owner() != owner || pointer->expires <= now) continue;
                   if (newest && pointer->seq <= newest_seq) continue;
                   newest_seq = pointer->seq;
                   newest = std::move(value);
                 }
                 done(std::move(newest));
               });
}

/// A value on its way to several nodes.
struct Kademlia::Publication {
  Bytes value;
  std::size_t waiting = 0;
  std::size_t taken = 0;
  Stored done;
  void end(bool was_taken) {
    if (was_taken) ++taken;
    if (--waiting == 0) done(taken);
  }
};

void Kademlia::publish(const NodeId& owner, Bytes value, Stored done) {
  auto publication = std::make_shared<Publication>();
  publication->value = std::move(value);
  publication->done = std::move(done);
  start_lookup(owner, Effort::disjoint_paths, false,
               [this, publication](const Lookup& lookup, std::vector<Bytes>&) {
                 const auto closest = lookup.closest_of_each_path(kCopiesPerPath);
                 if (closest.empty()) return publication->done(0);
                 publication->waiting = closest.size();
                 for (const auto& contact : closest) put_at(contact, publication, true);
               });
}

void Kademlia::put_at(const Contact& contact, const std::shared_ptr<Publication>& publication,
                      bool may_repeat) {
  Calls::Handlers handlers;
  handlers.replied = [this, contact, publication, may_repeat](const Reply& reply) {
    // The refusal brought the cookie that was missing.
    if (lacks_cookie(reply) && may_repeat) return put_at(contact, publication, false);
    publication->end(std::holds_alternative<wire::Done>(reply.body));
  };
  handlers.failed = [publication] { publication->end(false); };
  call(contact.address, contact.id, wire::PutValue{publication->value}, 0, std::move(handlers));
}

void Kademlia::ping(const UdpAddress& address, Answered done) {
  auto shared = std::make_shared<Answered>(std::move(done));
  call(address, std::nullopt, wire::Ping{}, 0,
       {[shared](const Reply& reply) { (*shared)(reply.from); }, [shared] { (*shared)(std::nullopt); }});
}

void Kademlia::probe(const Contact& contact) {
  call(contact.address, contact.id, wire::Ping{}, 0,
       {[](const Reply&) {},
        [this, id = contact.id] {
          if (on_silent) on_silent(id);
        }});
}

void Kademlia::announce_to(const Contact& contact) {
  call(contact.address, contact.id, wire::Ping{}, 0,
       {[this, contact](const Reply&) { probe(contact); },
        [this, id = contact.id] {
          if (on_silent) on_silent(id);
        }});
}

void Kademlia::get_record(const Contact& contact, GotRecord done) {
  auto shared = std::make_shared<GotRecord>(std::move(done));
  Calls::Handlers handlers;
  handlers.replied = [shared](const Reply& reply) {
    const auto* value = std::get_if<wire::Value>(&reply.body);
    (*shared)(value == nullptr ? std::nullopt : std::optional(value->value));
  };
  handlers.failed = [shared] { (*shared)(std::nullopt); };
  call(contact.address, contact.id, wire::GetRecord{}, kMaxDatagram, std::move(handlers));
}

}  // namespace mycostr::dht
