#include <fmt/format.h>

#include <algorithm>

#include "config/table.hpp"

namespace mycostr::config {

Result<void> check(const Settings& settings) {
  std::vector<std::string> problems;
  const auto& api = settings.api;
  const bool has_tls = !api.tls_cert.empty() && !api.tls_key.empty();
  if (api.tls_cert.empty() != api.tls_key.empty()) {
    problems.emplace_back("api.tls_cert and api.tls_key go together: set both or none");
  }
  if (!is_loopback_host(api.address.host) && !has_tls && !api.insecure) {
    problems.push_back(
        fmt::format("api.address {} is open to other machines without TLS: set api.tls_cert and api.tls_key, "
                    "a loopback address, or api.insecure = true",
                    to_string(api.address)));
  }
  if (settings.holder.capacity > ByteCount{} && !settings.holder.location) {
    problems.emplace_back("holder.capacity needs holder.location: a holder says where it is");
  }
  const auto is_wildcard = [](const Endpoint& endpoint) {
    return endpoint.host == "0.0.0.0" || endpoint.host == "::";
  };
  if (std::ranges::any_of(settings.peer.advertise, is_wildcard)) {
    problems.emplace_back("peer.advertise must be addresses that others can dial, not 0.0.0.0 or [::]");
  }
  if (const auto price = price_of(settings.payments); !price) problems.push_back(price.error().detail);
  const bool has_lnd = !settings.lnd.tls_cert.empty() && !settings.lnd.macaroon.empty();
  if (settings.payments.wallet == "lnd" && !has_lnd) {
    problems.emplace_back("payments.wallet = \"lnd\" needs lnd.tls_cert and lnd.macaroon");
  }
  if (problems.empty()) return {};
  return fail(Errc::invalid, fmt::format("{}", fmt::join(problems, "; ")));
}

std::vector<std::string> shortened_periods(const Settings& settings) {
  auto chosen = settings;
  Settings usual;
  std::vector<std::string> out;
  for (const auto& setting : all_settings()) {
    const auto is = setting.field(chosen);
    const auto* period = std::get_if<Duration*>(&is);
    if (period == nullptr || setting.section == "api") continue;
    const auto& usually = *std::get<Duration*>(setting.field(usual));
    // All nodes of a network count in the same ones.
    const bool is_shared =
        setting.key == "period" && (setting.section == "audit" || setting.section == "payments");
    if (**period < usually || (is_shared && **period != usually)) out.push_back(setting.name());
  }
  return out;
}

}  // namespace mycostr::config
