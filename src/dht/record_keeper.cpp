#include "dht/record_keeper.hpp"

#include <algorithm>

namespace mycostr::dht {
namespace {

/// Renewed after this part of its life: a network that is cut off has the rest to find its way back.
constexpr auto kRenewAfterPart = 24;
constexpr std::chrono::milliseconds kMaxAhead = std::chrono::minutes(10);  // as Directory::learn takes it
constexpr auto kClockStep = std::chrono::minutes(5);  // back by less is no reason to sign anew
/// Free space is told in steps of 1/64 of the capacity: others need no more, and records stay the same for
/// longer.
constexpr std::uint64_t kFreeSteps = 64;

HolderOffer coarse(HolderOffer offer) {
  const auto step = std::max<std::uint64_t>(offer.capacity.value / kFreeSteps, 1);
  offer.free.value = std::min(offer.free.value, offer.capacity.value) / step * step;
  return offer;
}

bool same(const HolderOffer& a, const HolderOffer& b) {
  return a.capacity == b.capacity && a.free == b.free && a.location == b.location &&
         a.price_msat_per_tb_month == b.price_msat_per_tb_month && a.is_draining == b.is_draining;
}

}  // namespace

void RecordKeeper::set_endpoints(std::vector<Endpoint> endpoints) {
  endpoints.resize(std::min(endpoints.size(), wire::kMaxEndpoints));
  endpoints_ = std::move(endpoints);
  encoded_.clear();
}

void RecordKeeper::set_offer(std::optional<HolderOffer> offer) {
  if (offer) offer = coarse(*offer);
  if (offer.has_value() == offer_.has_value() && (!offer || same(*offer, *offer_))) return;
  offer_ = std::move(offer);
  encoded_.clear();
}

bool RecordKeeper::is_fresh() const {
  if (encoded_.empty() || clock_.now() - signed_at_ >= life_ / kRenewAfterPart) return false;
  // The wall clock may have been set since, or the machine have slept.
  const auto left = expires_ - clock_.wall_now();
  return left <= life_ + kClockStep && left > life_ - life_ / kRenewAfterPart;
}

void RecordKeeper::renew() {
  if (is_fresh()) return;
  const auto now = clock_.wall_now();
  wire::NodeRecord record;
  // The wall clock may have gone back since the last one.
  const auto now_ms = static_cast<std::uint64_t>(to_unix_ms(now));
  // What was signed by a clock that was far ahead nobody took, nor would take anything of a higher number.
  const bool was_ahead = last_seq_ > now_ms + static_cast<std::uint64_t>(kMaxAhead.count());
  last_seq_ = was_ahead ? now_ms : std::max(last_seq_ + 1, now_ms);
  record.seq = last_seq_;
  record.public_key = identity_.public_key();
  record.endpoints = endpoints_;
  record.expires = now + std::chrono::duration_cast<std::chrono::milliseconds>(life_);
  record.network_id = network_id_;
  if (offer_) {
    record.is_holder = true;
    record.location = offer_->location;
    record.capacity = offer_->capacity;
    record.free = offer_->free;
    record.price_msat_per_tb_month = offer_->price_msat_per_tb_month;
    record.is_draining = offer_->is_draining;
  }
  encoded_ = wire::encode_record(record, identity_);
  // Room in a datagram: the endpoints that fit, the first first.
  while (encoded_.size() > wire::kMaxDhtValue && !record.endpoints.empty()) {
    record.endpoints.pop_back();
    encoded_ = wire::encode_record(record, identity_);
  }
  signed_at_ = clock_.now();
  expires_ = record.expires;
}

std::uint64_t RecordKeeper::seq() {
  // Told with every datagram: whoever has an older one asks for this.
  renew();
  return last_seq_;
}

Bytes RecordKeeper::pointer() const {
  const auto now = clock_.wall_now();
  return wire::encode_owner_pointer(
      {identity_.public_key(), static_cast<std::uint64_t>(to_unix_ms(now)),
       now + std::chrono::duration_cast<std::chrono::milliseconds>(wire::kMaxPointerLife), endpoints_},
      identity_);
}

}  // namespace mycostr::dht
