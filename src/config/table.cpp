#include "config/table.hpp"

#include <algorithm>
#include <bit>

namespace mycostr::config {
namespace {

bool is_host_name(std::string_view text) {
  return !text.empty() && text.size() <= 253 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == ':';
  });
}

bool is_network_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

using std::chrono::milliseconds;

const Setting kSettings[] = {
    {.section = "api",
     .key = "address",
     .doc = "Where the REST API listens. Other than loopback addresses need TLS, or insecure = true.",
     .field = [](Settings& s) -> Field { return &s.api.address; }},
    {.section = "api",
     .key = "insecure",
     .doc = "Serve other machines without TLS: whoever listens on the way can take the token.",
     .field = [](Settings& s) -> Field { return &s.api.insecure; }},
    {.section = "api",
     .key = "tls_cert",
     .doc = "The API's certificate chain. Empty: no TLS.",
     .field = [](Settings& s) -> Field { return &s.api.tls_cert; },
     .rule = "the path of a PEM file",
     .obeys = [](const Settings& s) { return is_path(s.api.tls_cert); }},
    {.section = "api",
     .key = "tls_key",
     .doc = "The private key of tls_cert.",
     .field = [](Settings& s) -> Field { return &s.api.tls_key; },
     .rule = "the path of a PEM file",
     .obeys = [](const Settings& s) { return is_path(s.api.tls_key); }},
    {.section = "api",
     .key = "allowed_hosts",
     .doc = "Names under which the API may be called, besides loopback and its own address.",
     .field = [](Settings& s) -> Field { return &s.api.allowed_hosts; },
     .rule = "host names without ports",
     .obeys = [](const Settings& s) { return std::ranges::all_of(s.api.allowed_hosts, is_host_name); }},
    {.section = "api",
     .key = "stall_timeout",
     .doc = "A call that makes no progress for so long is ended.",
     .field = [](Settings& s) -> Field { return &s.api.stall_timeout; },
     .least = in_nanoseconds(milliseconds(10)),
     .most = in_nanoseconds(std::chrono::days(1))},
    {.section = "api",
     .key = "max_connections",
     .doc = "Connections open at once; more are answered 503.",
     .field = [](Settings& s) -> Field { return &s.api.max_connections; },
     .least = 1,
     .most = 65536},
    {.section = "api",
     .key = "max_transfers",
     .doc = "Uploads and downloads at once; more are answered 503.",
     .field = [](Settings& s) -> Field { return &s.api.max_transfers; },
     .least = 1,
     .most = 65536},
    {.section = "api",
     .key = "max_header_bytes",
     .doc = "The longest head of a request taken; longer ones are answered 431.",
     .field = [](Settings& s) -> Field { return &s.api.max_header_bytes; },
     .least = 1 << 10,
     .most = 60 << 10},
    {.section = "api",
     .key = "max_json_bytes",
     .doc = "The longest JSON body taken; longer ones are answered 413.",
     .field = [](Settings& s) -> Field { return &s.api.max_json_bytes; },
     .least = 1 << 10,
     .most = 64 << 20},
    {.section = "peer",
     .key = "address",
     .doc = "Where this node listens for other nodes, over TCP and UDP.",
     .field = [](Settings& s) -> Field { return &s.peer.address; }},
    {.section = "peer",
     .key = "advertise",
     .doc = "Where other nodes reach this one. Empty: where it listens, on a wildcard address on all "
            "interfaces.",
     .field = [](Settings& s) -> Field { return &s.peer.advertise; }},
    {.section = "peer",
     .key = "port_mapping",
     .doc = "Ask the home router (UPnP, NAT-PMP) to pass the port on, so that nodes outside reach this one.",
     .field = [](Settings& s) -> Field { return &s.peer.port_mapping; }},
    {.section = "peer",
     .key = "bootstrap",
     .doc = "Nodes by which this one finds the network.",
     .field = [](Settings& s) -> Field { return &s.peer.bootstrap; }},
    {.section = "holder",
     .key = "capacity",
     .doc = "Disk space offered to other nodes. 0: none, this node is no holder.",
     .field = [](Settings& s) -> Field { return &s.holder.capacity; }},
    {.section = "holder",
     .key = "min_capacity",
     .doc = "The least that POST /node/register takes as capacity.",
     .field = [](Settings& s) -> Field { return &s.holder.min_capacity; }},
    {.section = "holder",
     .key = "location",
     .doc = "Where the disk is: ISO 3166-1 country or ISO 3166-2 subdivision, optionally with a place.",
     .field = [](Settings& s) -> Field { return &s.holder.location; }},
    {.section = "placement",
     .key = "distinct_subnets",
     .doc = "Never keep two copies of a chunk in one IPv4 /24 or IPv6 /48. Only test networks turn it off.",
     .field = [](Settings& s) -> Field { return &s.placement.distinct_subnets; }},
    {.section = "dht",
     .key = "refresh",
     .doc = "A part of the routing table that no lookup has touched for so long is looked through.",
     .field = [](Settings& s) -> Field { return &s.dht.refresh; },
     .least = in_nanoseconds(std::chrono::seconds(1)),
     .most = in_nanoseconds(std::chrono::days(1))},
    {.section = "dht",
     .key = "record_ttl",
     .doc = "How long this node's signed record is valid; it is renewed well before.",
     .field = [](Settings& s) -> Field { return &s.dht.record_ttl; },
     .least = in_nanoseconds(std::chrono::minutes(1)),
     .most = in_nanoseconds(std::chrono::hours(24))},
    {.section = "location",
     .key = "geoip_database",
     .doc = "A MaxMind DB file (City or Country), against which other nodes' locations are checked. Empty: "
            "none.",
     .field = [](Settings& s) -> Field { return &s.location.geoip_database; },
     .rule = "the path of an .mmdb file",
     .obeys = [](const Settings& s) { return is_path(s.location.geoip_database); }},
    {.section = "liveness",
     .key = "probe_interval",
     .doc = "A known node that was not heard of for so long is asked whether it lives.",
     .field = [](Settings& s) -> Field { return &s.liveness.probe_interval; },
     .least = in_nanoseconds(milliseconds(100)),
     .most = in_nanoseconds(std::chrono::hours(1))},
    {.section = "audit",
     .key = "period",
     .doc = "Each holder is asked once in so long to prove that it has what it keeps for this node. The same "
            "in the whole network.",
     .field = [](Settings& s) -> Field { return &s.audit.period; },
     .least = in_nanoseconds(milliseconds(100)),
     .most = in_nanoseconds(std::chrono::days(1))},
    {.section = "audit",
     .key = "deadline",
     .doc = "A proof has to be there within so long; after it the holder is asked again for the same leaves.",
     .field = [](Settings& s) -> Field { return &s.audit.deadline; },
     .least = in_nanoseconds(milliseconds(100)),
     .most = in_nanoseconds(std::chrono::minutes(10))},
    {.section = "audit",
     .key = "max_leaves",
     .doc = "How many leaves of 4 KiB one audit asks for at most.",
     .field = [](Settings& s) -> Field { return &s.audit.max_leaves; },
     .least = 1,
     .most = 64},
    {.section = "audit",
     .key = "contain_for",
     .doc =
         "A holder that answers too late has so long, and three more attempts, before it counts as failed.",
     .field = [](Settings& s) -> Field { return &s.audit.contain_for; },
     .least = in_nanoseconds(milliseconds(100)),
     .most = in_nanoseconds(std::chrono::days(7))},
    {.section = "scrub",
     .key = "period",
     .doc = "All that this node keeps for others is read and verified once in so long.",
     .field = [](Settings& s) -> Field { return &s.scrub.period; },
     .least = in_nanoseconds(milliseconds(100)),
     .most = in_nanoseconds(std::chrono::days(365))},
    {.section = "scrub",
     .key = "bytes_per_second",
     .doc = "How fast it is read at most, also where the period would ask for more.",
     .field = [](Settings& s) -> Field { return &s.scrub.bytes_per_second; },
     .least = 64 << 10,
     .most = 1ULL << 40},
    {.section = "repair",
     .key = "suspect_after",
     .doc = "A holder that has not answered for so long no longer counts as live.",
     .field = [](Settings& s) -> Field { return &s.repair.suspect_after; },
     .least = in_nanoseconds(milliseconds(100)),
     .most = in_nanoseconds(std::chrono::days(1))},
    {.section = "repair",
     .key = "grace",
     .doc = "Copies of absent holders are made anew after so long, where two or more live ones are left.",
     .field = [](Settings& s) -> Field { return &s.repair.grace; },
     .least = in_nanoseconds(milliseconds(100)),
     .most = in_nanoseconds(std::chrono::days(30))},
    {.section = "repair",
     .key = "grace_critical",
     .doc = "The same where one live copy or none is left; never longer than grace.",
     .field = [](Settings& s) -> Field { return &s.repair.grace_critical; },
     .least = in_nanoseconds(milliseconds(100)),
     .most = in_nanoseconds(std::chrono::days(30))},
    {.section = "repair",
     .key = "surplus_after",
     .doc = "Copies more than asked for, after a holder's return, are deleted after so long.",
     .field = [](Settings& s) -> Field { return &s.repair.surplus_after; },
     .least = in_nanoseconds(milliseconds(100)),
     .most = in_nanoseconds(std::chrono::days(365))},
    {.section = "repair",
     .key = "freeze_fraction",
     .doc = "Where more than this part of the known holders vanish at once, repair of absent ones waits: the "
            "fault is likely this node's own link. 1: never.",
     .field = [](Settings& s) -> Field { return &s.repair.freeze_fraction; },
     .least = 10,
     .most = 1000},
    {.section = "repair",
     .key = "uplink_fraction",
     .doc = "The part of the time for which a source may be busy with repairs that are not urgent.",
     .field = [](Settings& s) -> Field { return &s.repair.uplink_fraction; },
     .least = 10,
     .most = 1000},
    {.section = "network",
     .key = "id",
     .doc = "Nodes of different networks do not talk to each other.",
     .field = [](Settings& s) -> Field { return &s.network.id; },
     .rule = "1 to 64 of a-z, 0-9 and -",
     .obeys = [](const Settings& s) { return is_network_id(s.network.id); }},
    {.section = "files",
     .key = "chunk_size",
     .doc = "Into chunks of what size new files are cut.",
     .field = [](Settings& s) -> Field { return &s.files.chunk_size; },
     .least = 64 << 10,
     .most = kMaxChunkSize,
     .rule = "a power of two",
     .obeys = [](const Settings& s) { return std::has_single_bit(s.files.chunk_size.value); }},
    {.section = "limits",
     .key = "memory",
     .doc = "What all transfers together may hold in memory; beyond it they wait.",
     .field = [](Settings& s) -> Field { return &s.limits.memory; },
     .least = 32ULL << 20,
     .most = 1ULL << 40},
    {.section = "log",
     .key = "level",
     .doc = "The least important lines that are logged.",
     .field = [](Settings& s) -> Field { return &s.log.level; }},
};

}  // namespace

bool is_path(std::string_view text) {
  return text.size() <= 4096 && std::ranges::none_of(text, [](char c) { return c >= 0 && c < ' '; });
}

std::span<const Setting> all_settings() {
  static const auto all = [] {
    const auto more = payment_settings();
    std::vector<Setting> out(std::begin(kSettings), std::end(kSettings));
    out.insert(out.end(), more.begin(), more.end());
    return out;
  }();
  return all;
}

const Setting* find_setting(std::string_view section, std::string_view key) {
  const auto all = all_settings();
  const auto found = std::ranges::find_if(
      all, [&](const Setting& setting) { return setting.section == section && setting.key == key; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace mycostr::config
