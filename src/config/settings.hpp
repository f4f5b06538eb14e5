// The settings of a node: mycostrd.toml, over it the environment, over it the command line. Start-up only,
// any thread.
//
// Each setting stands once in the table of settings.cpp; reading, the environment and the commented file
// follow from it. Errors are Errc::invalid (Errc::io where the file cannot be read); their detail says where,
// which setting, and what is allowed.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "placement/location.hpp"

namespace mycostr::config {

struct ApiSettings {
  Endpoint address{"127.0.0.1", 4080};
  bool insecure = false;
  std::string tls_cert;  ///< Path; empty: no TLS.
  std::string tls_key;
  std::vector<std::string> allowed_hosts;
  Duration stall_timeout = std::chrono::seconds(30);
  std::uint64_t max_connections = 1024;
  std::uint64_t max_transfers = 64;
  ByteCount max_header_bytes = 16_KiB;
  ByteCount max_json_bytes = 1_MiB;
  bool operator==(const ApiSettings&) const = default;
};

struct PeerSettings {
  Endpoint address{"0.0.0.0", 4081};
  std::vector<Endpoint> advertise;
  bool port_mapping = true;
  std::vector<Endpoint> bootstrap;
  bool operator==(const PeerSettings&) const = default;
};

struct HolderSettings {
  ByteCount capacity;  ///< Zero: no holder.
  ByteCount min_capacity{100'000'000'000};
  std::optional<placement::Location> location;
  bool operator==(const HolderSettings&) const = default;
};

struct PlacementSettings {
  bool distinct_subnets = true;
  bool operator==(const PlacementSettings&) const = default;
};

struct DhtSettings {
  Duration refresh = std::chrono::hours(1);
  Duration record_ttl = std::chrono::hours(12);
  bool operator==(const DhtSettings&) const = default;
};

struct LocationSettings {
  std::string geoip_database;  ///< Path; empty: none.
  bool operator==(const LocationSettings&) const = default;
};

struct LivenessSettings {
  Duration probe_interval = std::chrono::seconds(10);
  bool operator==(const LivenessSettings&) const = default;
};

struct AuditSettings {
  Duration period = std::chrono::hours(1);
  Duration deadline = std::chrono::seconds(15);
  std::uint64_t max_leaves = 64;
  Duration contain_for = std::chrono::hours(6);
  bool operator==(const AuditSettings&) const = default;
};

struct ScrubSettings {
  Duration period = std::chrono::days(14);
  ByteCount bytes_per_second = 16_MiB;
  bool operator==(const ScrubSettings&) const = default;
};

struct RepairSettings {
  Duration suspect_after = std::chrono::minutes(15);
  Duration grace = std::chrono::hours(4);
  Duration grace_critical = std::chrono::minutes(30);
  Duration surplus_after = std::chrono::hours(72);
  double freeze_fraction = 0.25;
  double uplink_fraction = 0.1;
  bool operator==(const RepairSettings&) const = default;
};

struct PaymentSettings {
  std::string wallet = "none";
  std::uint64_t price_msat_per_tb_month = 0;
  std::string price;     ///< instead: "4000 sat", "4.00 USD"; empty: price_msat_per_tb_month counts
  std::string btc_rate;  ///< what a bitcoin costs, for a price in a currency: "100000 USD"
  std::uint64_t max_price_msat_per_tb_month = 10'000'000;
  Duration period = std::chrono::hours(1);
  std::uint64_t threshold_msat = 100'000;
  Duration max_age = std::chrono::hours(24);
  Duration grace = std::chrono::days(7);
  Duration invoice_expiry = std::chrono::hours(1);
  Duration stuck_after = std::chrono::minutes(10);
  std::uint64_t max_fee_ppm = 5000;
  std::uint64_t max_fee_base_msat = 5000;
  bool operator==(const PaymentSettings&) const = default;
};

struct BudgetSettings {
  std::uint64_t hour_msat = 1'000'000;
  std::uint64_t day_msat = 10'000'000;
  std::uint64_t peer_day_msat = 2'000'000;
  bool operator==(const BudgetSettings&) const = default;
};

struct LndSettings {
  Endpoint address{"127.0.0.1", 10009};
  std::string tls_cert;  ///< Path.
  std::string macaroon;  ///< Path.
  bool operator==(const LndSettings&) const = default;
};

struct ChannelSettings {
  std::string open = "auto";
  std::uint64_t min_sat = 100'000;
  std::uint64_t daily_budget_sat = 1'000'000;
  bool operator==(const ChannelSettings&) const = default;
};

struct RebalanceSettings {
  Duration period = std::chrono::hours(24);
  std::string mode = "dry-run";
  std::uint64_t max_ppm = 1000;
  std::uint64_t daily_budget_sat = 100;
  bool operator==(const RebalanceSettings&) const = default;
};

struct NetworkSettings {
  std::string id = "mycostr-main";
  bool operator==(const NetworkSettings&) const = default;
};

struct FileSettings {
  ByteCount chunk_size{kDefaultChunkSize};
  bool operator==(const FileSettings&) const = default;
};

struct LimitSettings {
  ByteCount memory = 192_MiB;
  bool operator==(const LimitSettings&) const = default;
};

struct LogSettings {
  LogLevel level = LogLevel::info;
  bool operator==(const LogSettings&) const = default;
};

struct Settings {
  ApiSettings api;
  PeerSettings peer;
  HolderSettings holder;
  PlacementSettings placement;
  DhtSettings dht;
  LocationSettings location;
  LivenessSettings liveness;
  AuditSettings audit;
  ScrubSettings scrub;
  RepairSettings repair;
  PaymentSettings payments;
  BudgetSettings budget;
  LndSettings lnd;
  ChannelSettings channels;
  RebalanceSettings rebalance;
  NetworkSettings network;
  FileSettings files;
  LimitSettings limits;
  LogSettings log;
  bool operator==(const Settings&) const = default;
};

/// The defaults with what the text says. `file` is named in errors: "mycostrd.toml:12: api.insecure must be
/// ...".
Result<Settings> parse_toml(std::string_view text, std::string_view file);
/// parse_toml() of a file of at most 1 MiB.
Result<Settings> read_file(const std::filesystem::path& path);
/// Takes every "MYCOSTR_<SECTION>_<KEY>=value" of a null-terminated array as `environ` is one (lists are
/// separated by commas); one that names no setting is an error. On error `settings` may be partly changed.
Result<void> apply_environment(Settings& settings, const char* const* environment);
/// Sets one setting ("holder.capacity") from text as it stands in the environment. Errors call it `name`:
/// "--capacity".
Result<void> set(Settings& settings, std::string_view setting, std::string_view value, std::string_view name);
/// What this node asks as a holder, in msat per TB and month, however it was said. Errors: invalid (not a
/// price, or in a currency without its rate).
Result<std::uint64_t> price_of(const PaymentSettings& settings);
/// What no setting alone can tell: ask after all of them are applied. The detail holds every problem found.
Result<void> check(const Settings& settings);

/// Names of the periods and deadlines between nodes that are shorter than their defaults, as for a test, and
/// of those that all nodes must share where they are others: "audit.period".
std::vector<std::string> shortened_periods(const Settings& settings);

/// The text of mycostrd.toml: every setting with its meaning; those that have their default value commented
/// out.
std::string write_toml(const Settings& settings);

}  // namespace mycostr::config
