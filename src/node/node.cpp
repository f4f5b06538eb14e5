#include "node/node.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "base/log.hpp"
#include "events/problem_watch.hpp"
#include "node/interfaces.hpp"

namespace mycostr::node {
namespace {

constexpr auto kDiskCheck = std::chrono::seconds(30);
constexpr auto kEndpointCheck = std::chrono::seconds(30);
constexpr auto kProblemCheck = std::chrono::seconds(2);

net::HttpServerLimits http_limits(const config::Settings& settings) {
  net::HttpServerLimits limits;
  limits.max_connections = settings.api.max_connections;
  limits.stall_timeout = settings.api.stall_timeout;
  limits.header_bytes = settings.api.max_header_bytes.value;
  return limits;
}

std::optional<net::ApiTls> api_tls(const config::Settings& settings) {
  if (settings.api.tls_cert.empty()) return std::nullopt;
  return net::ApiTls(settings.api.tls_cert, settings.api.tls_key);
}

std::unique_ptr<GeoDatabase> open_geo_database(const std::string& path) {
  if (path.empty()) return nullptr;
  auto opened = geo::MaxmindDatabase::open(path);
  if (!opened) throw std::runtime_error("location.geoip_database: " + opened.error().detail);
  return std::move(*opened);
}

payment::Settings payment_settings(const config::Settings& settings) {
  const auto& from = settings.payments;
  payment::Settings out;
  out.wallet = from.wallet == "lnd" ? payment::Settings::Wallet::lnd : payment::Settings::Wallet::none;
  out.price_msat_per_tb_month = *config::price_of(from);
  out.max_price_msat_per_tb_month = from.max_price_msat_per_tb_month;
  out.period = from.period;
  out.threshold = {static_cast<std::int64_t>(from.threshold_msat)};
  out.max_age = from.max_age;
  out.grace = from.grace;
  out.invoice_expiry = from.invoice_expiry;
  out.stuck_after = from.stuck_after;
  out.max_fee_ppm = static_cast<std::uint32_t>(from.max_fee_ppm);
  out.max_fee_base = {static_cast<std::int64_t>(from.max_fee_base_msat)};
  out.budget = {.hour = {static_cast<std::int64_t>(settings.budget.hour_msat)},
                .day = {static_cast<std::int64_t>(settings.budget.day_msat)},
                .peer_day = {static_cast<std::int64_t>(settings.budget.peer_day_msat)}};
  using Open = payment::ChannelSettings::Open;
  out.channels = {.open = settings.channels.open == "auto" ? Open::automatic : Open::never,
                  .min_sat = settings.channels.min_sat,
                  .daily_budget_sat = settings.channels.daily_budget_sat};
  using Mode = payment::RebalanceSettings::Mode;
  out.rebalance = {.period = settings.rebalance.period,
                   .mode = settings.rebalance.mode == "on" ? Mode::on : Mode::dry_run,
                   .max_ppm = static_cast<std::uint32_t>(settings.rebalance.max_ppm),
                   .daily_budget_sat = settings.rebalance.daily_budget_sat};
  return out;
}

std::unique_ptr<lightning::LndWallet> make_wallet(boost::asio::io_context& loop, Clock& clock,
                                                  const config::Settings& settings) {
  if (settings.payments.wallet != "lnd") return nullptr;
  return std::make_unique<lightning::LndWallet>(
      loop, clock,
      lightning::LndAccess{to_string(settings.lnd.address), settings.lnd.tls_cert, settings.lnd.macaroon});
}

net::PeerLimits peer_limits(const config::Settings& settings) {
  net::PeerLimits limits;
  // Shards on their way in; those of the own transfers have a budget of the same size.
  limits.incoming_memory = settings.limits.memory.value / 2;
  // A development network has one address for all.
  if (!settings.placement.distinct_subnets) limits.max_incoming_per_source = limits.max_incoming;
  return limits;
}

}  // namespace

Node::Node(Machine machine, NodeOptions options)
    : settings_(options.settings),
      clock_(machine.loop),
      identity_(options.secrets.identity),
      keystore_(options.secrets.master),
      database_(options.data_dir.database(), storage::Database::Missing::create),
      meta_(database_, machine.storage_pool),
      chunks_(database_, machine.storage_pool, storage::PackOptions{options.data_dir.packs()}),
      transport_(machine.loop, clock_, identity_, settings_.peer.address, peer_limits(settings_)),
      datagrams_(machine.loop, *transport_.endpoint()),
      signer_(identity_),
      geo_(open_geo_database(settings_.location.geoip_database)),
      wallet_(make_wallet(machine.loop, clock_, settings_)),
      engine_({machine.loop.get_executor(), clock_, random_, machine.crypto_pool, meta_, chunks_, transport_,
               datagrams_, signer_, geo_.get(), wallet_.get()},
              identity_, keystore_, engine_settings(settings_)),
      api_(api_context(options)),
      http_(machine.loop, settings_.api.address, api_, http_limits(settings_), api_tls(settings_)),
      port_mapper_(machine.loop, [this](std::optional<UdpAddress>) { update_endpoints(); }),
      background_(machine.loop.get_executor(), "node") {
  if (!settings_.placement.distinct_subnets) {
    log(LogLevel::warn, "node",
        "placement.distinct_subnets is off: copies of a chunk may share a subnet; "
        "for development networks only");
  }
}

engine::EngineSettings Node::engine_settings(const config::Settings& settings) const {
  engine::EngineSettings out;
  out.network_id = settings.network.id;
  out.endpoints =
      settings.peer.advertise.empty() ? reachable_endpoints(*transport_.endpoint()) : settings.peer.advertise;
  out.dht.bootstrap = settings.peer.bootstrap;
  out.dht.probe_interval = settings.liveness.probe_interval;
  out.dht.kademlia.refresh = settings.dht.refresh;
  out.record_life = settings.dht.record_ttl;
  out.dht.kademlia.table.distinct_subnets = settings.placement.distinct_subnets;
  out.files.chunk_size = settings.files.chunk_size.value;
  out.files.placement.distinct_subnets = settings.placement.distinct_subnets;
  out.transfer_memory = settings.limits.memory;
  out.audit = {.period = settings.audit.period,
               .deadline = settings.audit.deadline,
               .max_leaves = static_cast<std::uint32_t>(settings.audit.max_leaves),
               .contain_for = settings.audit.contain_for};
  out.scrub = {.period = settings.scrub.period, .bytes_per_second = settings.scrub.bytes_per_second};
  out.repair = {.suspect_after = settings.repair.suspect_after,
                .grace = settings.repair.grace,
                .grace_critical = std::min(settings.repair.grace_critical, settings.repair.grace),
                .surplus_after = settings.repair.surplus_after,
                .freeze_fraction = settings.repair.freeze_fraction,
                .uplink_fraction = settings.repair.uplink_fraction};
  out.payment = payment_settings(settings);
  out.files.max_price_msat_per_tb_month = settings.payments.max_price_msat_per_tb_month;
  out.holder_capacity = settings.holder.capacity;
  if (settings.holder.location) out.holder_location = settings.holder.location->text();
  out.holder_min_capacity = settings.holder.min_capacity;
  return out;
}

api::ApiContext Node::api_context(const NodeOptions& options) {
  api::ApiSettings settings;
  settings.token = options.secrets.token;
  settings.allowed_hosts = settings_.api.allowed_hosts;
  settings.max_json_bytes = settings_.api.max_json_bytes.value;
  settings.max_transfers = settings_.api.max_transfers;
  settings.version = options.version;
  return {clock_,
          identity_,
          engine_.directory(),
          engine_.dht(),
          engine_.own_record(),
          chunks_,
          transport_,
          engine_.registration(),
          engine_.files(),
          engine_.catalog(),
          engine_.store(),
          engine_.retrieve(),
          engine_.cleaner(),
          engine_.agreements(),
          engine_.audits(),
          engine_.auditor(),
          engine_.repairs(),
          engine_.standing(),
          engine_.scrubber(),
          engine_.drain(),
          engine_.payments(),
          engine_.events(),
          [this] { return problems(); },
          settings};
}

Task<Result<void>> Node::start() {
  if (auto done = co_await engine_.open(); !done) co_return done;
  if (wallet_) wallet_->start();
  engine_.start();
  background_.spawn(chunks_.run_maintenance(clock_));
  background_.spawn(watch_disk());
  background_.spawn(watch_endpoints());
  background_.spawn(watch_problems());
  if (settings_.peer.port_mapping && settings_.peer.advertise.empty()) port_mapper_.start(peer_endpoint());
  http_.start();
  api_started_ = true;
  log(LogLevel::info, "node", "node={} serves api={} peers={}", identity_.id().hex(),
      to_string(http_.endpoint()), to_string(peer_endpoint()));
  co_return Result<void>();
}

Task<> Node::stop() {
  if (api_started_) co_await http_.stop();
  co_await engine_.stop();
  if (wallet_) co_await wallet_->stop();
  co_await transport_.stop();
  co_await datagrams_.stop();
  co_await background_.close();
  co_await port_mapper_.stop();
  log(LogLevel::info, "node", "node={} has stopped", short_hex(identity_.id().view()));
}

std::vector<api::Problem> Node::problems() {
  std::vector<api::Problem> out;
  bool any_live = false;
  for (const auto& [id, known] : engine_.directory().nodes()) {
    any_live = any_live || (engine_.directory().is_live(id) && known.answered);
  }
  if (!any_live) {
    out.push_back({"no_peers", "no other node answers; look at peer.bootstrap and the network"});
  }
  if (const auto shortened = config::shortened_periods(settings_); !shortened.empty()) {
    out.push_back({"short_periods", fmt::format("periods are not the usual ones, as for a test: {}",
                                                fmt::join(shortened, ", "))});
  }
  if (const auto warnings = engine_.standing().warnings(); !warnings.empty()) {
    out.push_back({"standing_low", fmt::format("owners' audits of this node go badly: {}; look at the disk, "
                                               "the network and GET /node/standing",
                                               fmt::join(warnings, "; "))});
  }
  if (const auto frozen = engine_.repairs().frozen()) {
    out.push_back({"repairs_frozen", frozen->why});
  }
  add_payment_problems(out);
  if (chunks_.has_failed()) {
    out.push_back({"store_failed",
                   "the index of the shards could not be written, so no shards are taken or "
                   "removed; see to the disk, then restart this node"});
  }
  if (meta_.is_failing()) {
    out.push_back(
        {"database_failed",
         "the database could not be written, so nothing is stored or deleted; see to the disk, then "
         "restart this node"});
  }
  const auto usage = chunks_.usage();
  const auto offered = usage.capacity.value - std::min(usage.capacity, usage.used).value;
  if (disk_free_ && disk_free_->value < offered) {
    out.push_back(
        {"disk_low", fmt::format("the offer has {} bytes left, the file system {}; free some space or "
                                 "register a lower capacity",
                                 offered, disk_free_->value)});
  }
  return out;
}

void Node::add_payment_problems(std::vector<api::Problem>& out) {
  auto& payments = engine_.payments();
  const auto& wallet = payments.wallet();
  const bool is_well = wallet.state == WalletState::ready || wallet.state == WalletState::none;
  if (!is_well) {
    out.push_back(
        {fmt::format("wallet_{}", payment::state_name(wallet.state)),
         fmt::format("the Lightning wallet is {}{}{}; accounts go on, nothing is paid meanwhile",
                     payment::state_name(wallet.state), wallet.detail.empty() ? "" : ": ", wallet.detail)});
  }
  std::vector<std::string> overdue;
  for (const auto& id : engine_.agreements().in_state(agreement::Role::owner, agreement::State::active)) {
    const auto& holder = engine_.agreements().find(id)->peer;
    const auto standing = payments.standing_with(holder);
    if (!standing || standing->state == wire::UnpaidState::paid || !standing->deletes_at) continue;
    overdue.push_back(fmt::format("{} ({}, deletes at {})", short_hex(holder.view()),
                                  wire::unpaid_state_name(standing->state),
                                  to_rfc3339(*standing->deletes_at)));
  }
  if (!overdue.empty()) {
    out.push_back({"payments_overdue",
                   fmt::format("holders wait for their pay: {}; GET /payments says what is in the way",
                               fmt::join(overdue, ", "))});
  }
}

/// What the operator says, else the router's outer address, or what others see where they can reach it,
/// before the machine's own.
void Node::update_endpoints() {
  if (!settings_.peer.advertise.empty()) return;
  auto endpoints = reachable_endpoints(*transport_.endpoint());
  auto outer = port_mapper_.external();
  const auto& dht = engine_.dht().kademlia();
  if (!outer && dht.reachability().verdict() == true) outer = dht.observed();
  if (outer && outer->ip.is_global()) {
    const auto endpoint = to_endpoint(*outer);
    std::erase(endpoints, endpoint);
    endpoints.insert(endpoints.begin(), endpoint);
  }
  if (endpoints == engine_.own_record().endpoints()) return;
  engine_.own_record().set_endpoints(std::move(endpoints));
  engine_.dht().announce();
}

Task<> Node::watch_endpoints() {
  for (;;) {
    co_await clock_.sleep_for(kEndpointCheck);
    update_endpoints();
  }
}

Task<> Node::watch_problems() {
  events::ProblemWatch watch(engine_.events());
  for (;;) {
    watch.look(problems());
    co_await clock_.sleep_for(kProblemCheck);
  }
}

Task<> Node::watch_disk() {
  for (;;) {
    if (const auto free = co_await chunks_.disk_free()) disk_free_ = *free;
    if (disk_free_) engine_.note_disk_free(chunks_.has_failed() ? ByteCount() : *disk_free_);
    co_await clock_.sleep_for(kDiskCheck);
  }
}

}  // namespace mycostr::node
