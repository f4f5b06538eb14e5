#include "dht/routing_table.hpp"

#include <algorithm>

#include "dht/distance.hpp"

namespace mycostr::dht {
namespace {

constexpr unsigned kRttWeight = 8;  // RFC 6298: 1/8 of each new sample

std::uint32_t to_us(Duration rtt) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(rtt).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(us, 1, 60'000'000));
}

}  // namespace

std::size_t RoutingTable::bucket_index(const NodeId& id) const {
  return common_prefix(self_, id);
}

std::size_t RoutingTable::capacity(std::size_t bucket) const {
  return bucket < limits_.wide_buckets ? limits_.wide_bucket_size : kBucketSize;
}

bool RoutingTable::subnet_allows(std::size_t bucket, const IpAddress& ip) const {
  if (!limits_.distinct_subnets) return true;
  const auto subnet = subnet_of(ip);
  if (per_subnet_.of(subnet) >= limits_.per_subnet) return false;
  if (bucket >= buckets_.size()) return true;
  const auto& entries = buckets_[bucket].entries;
  const auto here = std::ranges::count_if(
      entries, [&](const TableEntry& entry) { return subnet_of(entry.contact.address.ip) == subnet; });
  return static_cast<std::size_t>(here) < limits_.per_subnet_in_bucket;
}

bool RoutingTable::may_enter(std::size_t bucket, const Contact& contact) const {
  const bool has_place = bucket >= buckets_.size() || buckets_[bucket].entries.size() < capacity(bucket);
  return has_place && subnet_allows(bucket, contact.address.ip);
}

bool RoutingTable::has_room_for(const Contact& contact) const {
  return contact.id != self_ && find(contact.id) == nullptr && may_enter(bucket_index(contact.id), contact);
}

void RoutingTable::answered(const Contact& contact, std::optional<Duration> rtt, SteadyTime now) {
  if (contact.id == self_) return;
  const auto bucket = bucket_index(contact.id);
  if (bucket >= buckets_.size()) buckets_.resize(bucket + 1);
  auto* entry = find_entry(contact.id);
  if (entry == nullptr) {
    if (may_enter(bucket, contact)) return insert(bucket, contact, rtt, now);
    return keep_as_replacement(bucket, contact);
  }
  if (entry->contact.address != contact.address && !move_to(bucket, *entry, contact.address)) {
    remove(contact.id);
    return keep_as_replacement(bucket, contact);
  }
  if (rtt) {
    const auto sample = to_us(*rtt);
    entry->rtt_us = entry->rtt_us == 0 ? sample : (entry->rtt_us * (kRttWeight - 1) + sample) / kRttWeight;
  }
  entry->answered = now;
  entry->failures = 0;
}

/// A node at a new address: counted where it is now. False where the new subnet is full: else keys could
/// enter from many subnets, and all move to one machine.
bool RoutingTable::move_to(std::size_t bucket, TableEntry& entry, const UdpAddress& address) {
  const auto from = subnet_of(entry.contact.address.ip);
  const auto to = subnet_of(address.ip);
  if (from != to && !subnet_allows(bucket, address.ip)) return false;
  per_subnet_.remove(from);
  per_subnet_.add(to);
  entry.contact.address = address;
  return true;
}

void RoutingTable::insert(std::size_t bucket, const Contact& contact, std::optional<Duration> rtt,
                          SteadyTime now) {
  std::erase_if(buckets_[bucket].replacements, [&](const Contact& c) { return c.id == contact.id; });
  buckets_[bucket].entries.push_back({contact, 0, rtt ? to_us(*rtt) : 0, now, now, now});
  per_subnet_.add(subnet_of(contact.address.ip));
  ++size_;
}

void RoutingTable::keep_as_replacement(std::size_t bucket, const Contact& contact) {
  auto& waiting = buckets_[bucket].replacements;
  std::erase_if(waiting, [&](const Contact& c) { return c.id == contact.id; });
  if (waiting.size() >= limits_.replacements) waiting.erase(waiting.begin());
  waiting.push_back(contact);
}

std::optional<Contact> RoutingTable::failed(const NodeId& id) {
  auto* entry = find_entry(id);
  if (entry == nullptr) return std::nullopt;
  auto& bucket = buckets_[bucket_index(id)];
  ++entry->failures;
  if (entry->failures < limits_.failures_to_evict) return std::nullopt;
  remove(id);
  if (bucket.replacements.empty()) return std::nullopt;
  const auto next = bucket.replacements.back();
  bucket.replacements.pop_back();
  return next;
}

void RoutingTable::remove(const NodeId& id) {
  auto* entry = find_entry(id);
  if (entry == nullptr) return;
  auto& entries = buckets_[bucket_index(id)].entries;
  per_subnet_.remove(subnet_of(entry->contact.address.ip));
  entries.erase(entries.begin() + (entry - entries.data()));
  --size_;
}

void RoutingTable::asked(const NodeId& id, SteadyTime now) {
  if (auto* entry = find_entry(id)) entry->asked = now;
}

TableEntry* RoutingTable::find_entry(const NodeId& id) {
  return const_cast<TableEntry*>(std::as_const(*this).find(id));
}

const TableEntry* RoutingTable::find(const NodeId& id) const {
  const auto bucket = bucket_index(id);
  if (bucket >= buckets_.size()) return nullptr;
  const auto& entries = buckets_[bucket].entries;
  const auto at = std::ranges::find(entries, id, [](const TableEntry& entry) { return entry.contact.id; });
  return at == entries.end() ? nullptr : &*at;
}

std::vector<Contact> RoutingTable::closest(const NodeId& target, std::size_t count) const {
  std::vector<const Contact*> found;
  const auto add = [&](std::size_t bucket) {
    for (const auto& entry : buckets_[bucket].entries) {
      if (entry.failures == 0) found.push_back(&entry.contact);
    }
  };
  // The bucket that the target falls into is the closest, then all deeper ones together, then the shallower
  // ones one by one, each farther away than the one before.
  const auto own = std::min(common_prefix(self_, target), buckets_.size());
  if (own < buckets_.size()) add(own);
  if (found.size() < count) {
    for (auto bucket = own + 1; bucket < buckets_.size(); ++bucket) add(bucket);
  }
  for (auto bucket = own; bucket > 0 && found.size() < count; --bucket) add(bucket - 1);
  const auto kept = std::min(count, found.size());
  std::ranges::partial_sort(
      found, found.begin() + static_cast<std::ptrdiff_t>(kept),
      [&](const Contact* a, const Contact* b) { return is_closer(target, a->id, b->id); });
  std::vector<Contact> out;
  out.reserve(kept);
  for (std::size_t i = 0; i < kept; ++i) out.push_back(*found[i]);
  return out;
}

const TableEntry* RoutingTable::stalest(SteadyTime before) const {
  const TableEntry* found = nullptr;
  for (const auto& bucket : buckets_) {
    for (const auto& entry : bucket.entries) {
      const auto last = std::max(entry.answered, entry.asked);
      if (last >= before) continue;
      if (found == nullptr || last < std::max(found->answered, found->asked)) found = &entry;
    }
  }
  return found;
}

std::vector<Contact> RoutingTable::oldest(std::size_t count) const {
  std::vector<const TableEntry*> entries;
  for (const auto& bucket : buckets_) {
    for (const auto& entry : bucket.entries) {
      if (entry.failures == 0) entries.push_back(&entry);
    }
  }
  std::ranges::sort(entries, [](const TableEntry* a, const TableEntry* b) { return a->since < b->since; });
  entries.resize(std::min(entries.size(), count));
  std::vector<Contact> out;
  for (const auto* entry : entries) out.push_back(entry->contact);
  return out;
}

}  // namespace mycostr::dht
