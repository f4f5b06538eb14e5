// The own node record: signed anew when what it says changes, and well before it expires.
#pragma once

#include "crypto/identity.hpp"
#include "dht/own_record.hpp"
#include "mycostr/clock.hpp"
#include "wire/node_record.hpp"
#include "wire/owner_pointer.hpp"

namespace mycostr::dht {

/// What a holder offers.
struct HolderOffer {
  ByteCount capacity;
  ByteCount free;  ///< rounded to keep it coarse
  std::string location;
  std::uint64_t price_msat_per_tb_month = 0;
  bool is_draining = false;
};

/// Loop thread only. References outlive it.
class RecordKeeper : public OwnRecord {
 public:
  /// Records are valid for `life`, up to wire::kMaxRecordLife.
  RecordKeeper(const crypto::Identity& identity, Clock& clock, std::string network_id,
               Duration life = std::chrono::hours(12))
      : identity_(identity), clock_(clock), network_id_(std::move(network_id)), life_(life) {}

  void set_endpoints(std::vector<Endpoint> endpoints);
  void set_offer(std::optional<HolderOffer> offer);
  const std::vector<Endpoint>& endpoints() const { return endpoints_; }
  Bytes current() override {
    renew();
    return encoded_;
  }
  std::uint64_t seq() override;
  /// Where this node is, as an owner's pointer; signed now.
  Bytes pointer() const;

 private:
  /// Signs anew where something has changed, or the record has become old.
  void renew();
  bool is_fresh() const;

  const crypto::Identity& identity_;
  Clock& clock_;
  const std::string network_id_;
  const Duration life_;
  std::vector<Endpoint> endpoints_;
  std::optional<HolderOffer> offer_;
  Bytes encoded_;
  SteadyTime signed_at_;
  WallTime expires_;
  std::uint64_t last_seq_ = 0;
};

}  // namespace mycostr::dht
