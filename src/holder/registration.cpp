#include "holder/registration.hpp"

#include <fmt/core.h>

#include "base/log.hpp"

namespace mycostr::holder {
namespace {

// The row: capacity (8 bytes), registered (8), length of the configured text (4), that text, location.
constexpr std::string_view kRow = "h/offer";

std::string configured_text(ByteCount capacity, const std::string& location) {
  return capacity.value == 0 ? "" : fmt::format("{} {}", capacity.value, location);
}

std::string encode(const Offer& offer, const std::string& configured) {
  std::string row;
  append_be64(row, offer.capacity.value);
  append_be64(row, static_cast<std::uint64_t>(to_unix_ms(offer.registered)));
  append_be32(row, static_cast<std::uint32_t>(configured.size()));
  return row + configured + offer.location;
}

struct Saved {
  Offer offer;
  std::string configured;
};

std::optional<Saved> decode(const std::string& row) {
  constexpr std::size_t kHead = 20;
  const auto bytes = as_bytes(row);
  if (row.size() < kHead) return std::nullopt;
  const auto configured_size = read_be32(bytes.subspan(16, 4));
  if (row.size() - kHead < configured_size) return std::nullopt;
  Saved out;
  out.offer.capacity = {read_be64(bytes.first(8))};
  out.offer.registered = from_unix_ms(static_cast<std::int64_t>(read_be64(bytes.subspan(8, 8))));
  out.configured = row.substr(kHead, configured_size);
  out.offer.location = row.substr(kHead + configured_size);
  return out;
}

}  // namespace

Task<Result<void>> Registration::open(ByteCount configured_capacity, std::string configured_location) {
  configured_ = configured_text(configured_capacity, configured_location);
  const auto row = co_await meta_.get(std::string(kRow));
  if (!row) co_return std::unexpected(row.error());
  std::optional<Saved> saved;
  if (*row) {
    saved = decode(**row);
    if (!saved) co_return fail(Errc::corrupt, "the saved offer cannot be read");
  }
  // Whoever edits the configuration means it; a registration by the API holds until then.
  if (saved && saved->configured == configured_) {
    offer_ = saved->offer;
  } else if (configured_.empty() && saved) {
    log(LogLevel::info, "holder", "the settings offer no capacity any more");
    WriteBatch ended;
    ended.erase(std::string(kRow));
    if (auto done = co_await meta_.commit(std::move(ended), Durability::synced); !done) co_return done;
  } else if (!configured_.empty()) {
    const auto registered = saved ? saved->offer.registered : clock_.wall_now();
    if (auto done = co_await save({configured_capacity, configured_location, registered}); !done)
      co_return done;
  }
  chunks_.set_capacity(offer_ ? offer_->capacity : ByteCount());
  changed_();
  co_return Result<void>();
}

Task<std::expected<Registered, Refused>> Registration::offer_capacity(ByteCount capacity,
                                                                      std::string location) {
  const auto refuse = [](Refusal reason, std::string detail) {
    return std::unexpected(Refused{reason, std::move(detail)});
  };
  const auto free = co_await chunks_.disk_free();
  if (!free) co_return refuse(Refusal::failed, to_string(free.error()));
  const auto usage = chunks_.usage();
  const auto in_use = usage.used + usage.reserved;
  if (capacity < in_use) {
    co_return refuse(Refusal::capacity_in_use,
                     fmt::format("{} bytes are in use by shards; offer at least that, or "
                                 "wait until they have gone",
                                 in_use.value));
  }
  if (capacity < min_capacity_) {
    co_return refuse(Refusal::capacity_too_small,
                     fmt::format("the least is {} bytes (holder.min_capacity)", min_capacity_.value));
  }
  if (capacity.value - in_use.value > free->value) {
    co_return refuse(
        Refusal::capacity_unavailable,
        fmt::format("the file system has {} bytes free and shards use {}", free->value, in_use.value));
  }
  const bool first = !offer_;
  const auto registered = first ? clock_.wall_now() : offer_->registered;
  if (const auto done = co_await save({capacity, std::move(location), registered}); !done) {
    co_return refuse(Refusal::failed, to_string(done.error()));
  }
  chunks_.set_capacity(capacity);
  changed_();
  log(LogLevel::info, "holder", "offers capacity={} location={}", capacity.value, offer_->location);
  co_return Registered{*offer_, first};
}

Task<Result<void>> Registration::save(Offer offer) {
  WriteBatch batch;
  batch.put(std::string(kRow), encode(offer, configured_));
  auto done = co_await meta_.commit(std::move(batch), Durability::synced);
  if (done) offer_ = std::move(offer);
  co_return done;
}

}  // namespace mycostr::holder
