// All payments of this node, both ways.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <unordered_map>
#include <vector>

#include "async/budget.hpp"
#include "mycostr/meta_store.hpp"
#include "payment/budget.hpp"
#include "payment/record.hpp"

namespace mycostr::payment {

/// Which payments a list shows, and from where on.
struct PaymentFilter {
  std::optional<Direction> direction = {};
  std::optional<NodeId> peer = {};
  std::optional<std::set<AgreementId>> agreements = {};
  std::optional<WallTime> since = {};  ///< made at this time or later
  /// A payment's time and id: the list goes on behind it (before it, newest first).
  std::optional<std::pair<WallTime, PaymentId>> after = {};
  std::size_t limit = 100;
  bool newest_first = false;
};

struct PaymentTotals {
  Msat out = {};  ///< without fees
  Msat in = {};
  Msat fees = {};  ///< of what went out
  std::uint64_t payments = 0;
  bool operator==(const PaymentTotals&) const = default;
};

std::string encode_totals_row(const PaymentTotals& totals);
/// Errors: corrupt.
Result<PaymentTotals> decode_totals_row(std::string_view row);

/// An index in memory, about 300 bytes a payment; rows pm/<created in ms (8)><id>, and the totals of each day
/// and peer in rows pt/<day (4)><peer>, written in the batches that settle what they count. Beyond
/// kMaxPayments the oldest settled ones go, totals stay. Loop thread only.
class PaymentBook {
 public:
  static constexpr std::size_t kMaxPayments = 100'000;
  using Key = std::pair<WallTime, PaymentId>;

  explicit PaymentBook(MetaStore& store) : store_(store) {}

  /// After a payment was made or changed its state, once that is on disk.
  std::function<void(const Payment&)> on_change;

  /// Once, before anything else. Errors: io, corrupt: what was paid must be known for certain.
  Task<Result<void>> open();

  /// Writes a payment, new or changed, with `batch`, all or nothing. Who changes a payment sees to it that
  /// nobody else does meanwhile. Not cancellable once it has begun. Errors: io.
  Task<Result<void>> save(Payment payment, WriteBatch batch, Durability durability);
  /// Errors: not_found, io, corrupt.
  Task<Result<Payment>> load(Key key);

  /// The one of this settlement.
  std::optional<Key> find(Direction direction, const AgreementId& agreement, std::uint64_t settlement) const;
  /// Whose hash this is, attempts that were given up included.
  std::optional<Key> find(const PaymentHash& hash) const;
  /// Those that are not settled.
  const std::set<Key>& open_ones(Direction direction) const { return open_[direction]; }
  /// Outgoing ones with attempts given up since.
  std::vector<Key> with_abandoned(WallTime since) const;

  /// Oldest first unless the filter says otherwise. Errors: io, corrupt.
  Task<Result<std::vector<Payment>>> list(PaymentFilter filter);
  const std::map<NodeId, PaymentTotals>& totals_by_peer() const { return by_peer_; }
  /// By days since 1970, UTC.
  const std::map<std::uint32_t, PaymentTotals>& totals_by_day() const { return by_day_; }

  /// What the budget has to count but for the payment of `except`.
  Spent spent(const NodeId& peer, WallTime now, const PaymentId& except) const;

  /// A payment that was settled.
  struct Flow {
    Direction direction = Direction::out;
    NodeId peer;
    std::uint64_t channel = 0;
    Msat amount;
    Msat fee;
    WallTime end;  ///< of the time that was paid for
  };
  std::vector<Flow> flows(WallTime since) const;

 private:
  struct Brief {
    Direction direction = Direction::out;
    PaymentState state = PaymentState::pending;
    NodeId peer;
    AgreementId agreement;
    std::uint64_t number = 0;
    Msat amount;
    Msat fee;
    std::uint64_t channel = 0;
    WallTime end;
    std::optional<WallTime> sent;
    std::optional<WallTime> settled_at;
    std::vector<PaymentHash> hashes = {};  ///< the attempt's, and those given up
    std::optional<WallTime> abandoned_at = {};
  };
  using Place = std::tuple<Direction, AgreementId, std::uint64_t>;
  struct OpenOnes {
    std::set<Key> ways[2];
    std::set<Key>& operator[](Direction direction) { return ways[static_cast<std::size_t>(direction)]; }
    const std::set<Key>& operator[](Direction direction) const {
      return ways[static_cast<std::size_t>(direction)];
    }
  };

  static Brief brief_of(const Payment& payment);
  static bool shows(const PaymentFilter& filter, const Key& key, const Brief& brief);
  void keep(const Key& key, Brief brief);
  void drop(const Key& key);
  std::vector<Key> oldest_beyond_limit() const;
  Task<Result<void>> open_payments();
  Task<Result<void>> open_totals();
  /// Adds the row of totals that counts this payment to `batch`; the sums are for after the commit.
  Task<Result<void>> append_totals(const Payment& payment, WriteBatch& batch);
  void count(const Payment& payment);

  MetaStore& store_;
  std::map<Key, Brief> payments_;
  std::map<Place, Key> places_;
  std::unordered_map<PaymentHash, Key> hashes_;
  OpenOnes open_;
  std::set<std::pair<WallTime, Key>> settled_;  ///< outgoing ones, by when
  std::map<NodeId, PaymentTotals> by_peer_;
  std::map<std::uint32_t, PaymentTotals> by_day_;
  async::Budget counting_{1};  ///< a day's row is read, added to and written by one at a time
};

}  // namespace mycostr::payment
