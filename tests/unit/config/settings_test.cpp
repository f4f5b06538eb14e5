#include "config/settings.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace mycostr::config {
namespace {

using namespace std::chrono_literals;

std::string error_of(std::string_view toml) {
  const auto settings = parse_toml(toml, "mycostrd.toml");
  if (settings) return "none";
  EXPECT_EQ(settings.error().code, Errc::invalid);
  return settings.error().detail;
}

std::string environment_error(std::vector<const char*> environment) {
  environment.push_back(nullptr);
  Settings settings;
  const auto done = apply_environment(settings, environment.data());
  return done ? "none" : done.error().detail;
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

Settings other_than_default() {
  Settings s;
  s.api = {.address = {"::1", 1},
           .insecure = true,
           .tls_cert = R"(C:\a "b")",
           .tls_key = "/k\xC3\xA4y",
           .allowed_hosts = {"a.example", "b"},
           .stall_timeout = 1500ms,
           .max_connections = 1,
           .max_transfers = 65536,
           .max_header_bytes = 60_KiB,
           .max_json_bytes = 1_KiB};
  s.peer = {.address = {"10.0.0.1", 65535},
            .advertise = {{"2001:db8::1", 4081}},
            .port_mapping = false,
            .bootstrap = {{"a.b", 1}, {"c", 2}}};
  s.holder = {
      .capacity = {UINT64_MAX}, .min_capacity = {}, .location = placement::parse_location("US-CA/San José")};
  s.placement.distinct_subnets = false;
  s.audit = {.period = 5s, .deadline = 250ms, .max_leaves = 7, .contain_for = 20s};
  s.scrub = {.period = 30min, .bytes_per_second = 1_GiB};
  s.repair = {.suspect_after = 2s,
              .grace = 3s,
              .grace_critical = 1s,
              .surplus_after = 24h,
              .freeze_fraction = 1,
              .uplink_fraction = 0.125};
  s.network.id = "test-7";
  s.files.chunk_size = 64_KiB;
  s.limits.memory = 1_GiB;
  s.log.level = LogLevel::debug;
  return s;
}

TEST(Settings, EmptyFileGivesDefaults) {
  const auto settings = parse_toml("", "f");
  ASSERT_TRUE(settings);
  EXPECT_EQ(*settings, Settings{});
  EXPECT_TRUE(check(*settings));
}

TEST(Settings, ReadsEveryKind) {
  const auto settings = parse_toml(R"(
    [api]
    address = "[::1]:80"
    insecure = true
    tls_cert = "/c.pem"
    allowed_hosts = ["a.example"]
    stall_timeout = "500ms"
    max_connections = 7
    max_json_bytes = 4096
    [holder]
    capacity = "2TiB"
    location = "US-CA/Fresno"
    [repair]
    freeze_fraction = 1
    uplink_fraction = 0.5
    [peer]
    bootstrap = ["127.0.0.1:1", "[::1]:2"]
    [log]
    level = "warn"
  )",
                                   "f");
  ASSERT_TRUE(settings) << settings.error().detail;
  EXPECT_EQ(settings->api.address, (Endpoint{"::1", 80}));
  EXPECT_TRUE(settings->api.insecure);
  EXPECT_EQ(settings->api.tls_cert, "/c.pem");
  EXPECT_EQ(settings->api.allowed_hosts, std::vector<std::string>{"a.example"});
  EXPECT_EQ(settings->api.stall_timeout, 500ms);
  EXPECT_EQ(settings->api.max_connections, 7);
  EXPECT_EQ(settings->api.max_json_bytes, 4_KiB);
  EXPECT_EQ(settings->holder.capacity, ByteCount{2ULL << 40});
  EXPECT_EQ(settings->holder.location, placement::parse_location("US-CA/Fresno"));
  EXPECT_EQ(settings->repair.freeze_fraction, 1.0);
  EXPECT_EQ(settings->repair.uplink_fraction, 0.5);
  EXPECT_EQ(settings->peer.bootstrap, (std::vector<Endpoint>{{"127.0.0.1", 1}, {"::1", 2}}));
  EXPECT_EQ(settings->log.level, LogLevel::warn);
}

TEST(Settings, ErrorsNameTheLineTheKeyAndWhatIsAllowed) {
  EXPECT_EQ(error_of("[api]\nmax_transfers = 0"),
            "mycostrd.toml:2: api.max_transfers must be a number, from 1 to 65536, not \"0\"");
  EXPECT_EQ(error_of("[api]\n\ninsecure = \"yes\""),
            "mycostrd.toml:3: api.insecure must be true or false, not \"yes\"");
  EXPECT_TRUE(
      has(error_of("[files]\nchunk_size = 65537"), "from 64KiB to 4MiB, a power of two, not \"65537\""));
  EXPECT_EQ(
      error_of("[nonsense]\nwrong = 1"),
      "mycostrd.toml:1: \"nonsense\" is no section; there are api, peer, holder, placement, dht, location, "
      "liveness, audit, scrub, repair, network, files, limits, log, payments, budget, lnd, channels, "
      "rebalance");
  EXPECT_EQ(
      error_of("[holder]\ncolour = 1"),
      "mycostrd.toml:2: \"colour\" is no setting of [holder]; there are capacity, min_capacity, location");
  EXPECT_EQ(error_of("[repair]\nfreeze_fraction = 1.5"),
            "mycostrd.toml:2: repair.freeze_fraction must be a fraction such as 0.25, from 0.01 to 1, not "
            "\"1.5\"");
  EXPECT_EQ(error_of("api = 3"), "mycostrd.toml:1: api must be a section: [api]");
  EXPECT_TRUE(error_of("[api]\naddress = \"").starts_with("mycostrd.toml:2: "));
  EXPECT_TRUE(error_of("[api]\n[api]").starts_with("mycostrd.toml:2: "));
}

TEST(Settings, RefusesWrongTypesAndValues) {
  for (const auto* toml : {"[api]\naddress = 4080",
                           "[api]\naddress = \"127.0.0.1\"",
                           "[api]\naddress = [\"127.0.0.1:1\"]",
                           "[api]\ninsecure = 1",
                           "[api]\ninsecure = \"true\"",
                           "[api]\nmax_connections = \"7\"",
                           "[api]\nmax_connections = 7.0",
                           "[api]\nmax_connections = -1",
                           "[api]\nmax_connections = 65537",
                           "[api]\nstall_timeout = 30",
                           "[api]\nstall_timeout = \"0s\"",
                           "[api]\nstall_timeout = \"2d\"",
                           "[api]\nallowed_hosts = \"a\"",
                           "[api]\nallowed_hosts = [1]",
                           "[api]\nallowed_hosts = [[\"a\"]]",
                           "[api]\nallowed_hosts = [\"a/b\"]",
                           "[api]\ntls_cert = \"a\\u0000b\"",
                           "[api]\nmax_json_bytes = 1",
                           "[peer]\nbootstrap = [\"a\"]",
                           "[peer]\nbootstrap = { a = 1 }",
                           "[holder]\ncapacity = \"lots\"",
                           "[holder]\ncapacity = -1",
                           "[holder]\ncapacity = true",
                           "[holder]\ncapacity = 1979-05-27",
                           "[holder]\nlocation = \"Atlantis\"",
                           "[holder]\nlocation = \"europe\"",
                           "[network]\nid = \"\"",
                           "[network]\nid = \"A\"",
                           "[log]\nlevel = \"loud\"",
                           "[files]\nchunk_size = \"8MiB\"",
                           "[files.chunk_size]\na = 1",
                           "[limits]\nmemory = 0",
                           "[repair]\nfreeze_fraction = \"0.5\"",
                           "[repair]\nfreeze_fraction = 0",
                           "[repair]\nfreeze_fraction = 0.0099",
                           "[repair]\nfreeze_fraction = -0.5",
                           "[repair]\nfreeze_fraction = inf",
                           "[repair]\nfreeze_fraction = nan",
                           "[repair]\nfreeze_fraction = true",
                           "[repair]\nuplink_fraction = [0.5]",
                           "[audit]\nmax_leaves = 65",
                           "[audit]\nmax_leaves = 1.0",
                           "[audit]\nperiod = 0.5",
                           "[audit]\nperiod = \"99ms\"",
                           "[scrub]\nbytes_per_second = 0",
                           "stray = 1"}) {
    EXPECT_NE(error_of(toml), "none") << toml;
  }
}

TEST(Settings, HostileFilesAreErrors) {
  EXPECT_NE(error_of(std::string("[api]\naddress = \"\xFF\"", 18)), "none");
  EXPECT_NE(error_of("a = " + std::string(100'000, '[')), "none");
  EXPECT_NE(error_of(std::string(1000, '\0')), "none");
  EXPECT_LT(error_of("[holder]\nlocation = \"" + std::string(1 << 18, 'x') + "\"").size(), 400);
}

TEST(Settings, EnvironmentGoesOverTheFile) {
  auto settings = parse_toml("[api]\nmax_transfers = 5\nmax_connections = 6", "f").value();
  const char* const environment[] = {"PATH=/bin",
                                     "MYCOSTR_API_MAX_TRANSFERS=9",
                                     "MYCOSTR_HOLDER_MIN_CAPACITY=0",
                                     "MYCOSTR_PLACEMENT_DISTINCT_SUBNETS=false",
                                     "MYCOSTR_PEER_BOOTSTRAP=127.0.0.1:1,[::1]:2",
                                     "MYCOSTR_API_ALLOWED_HOSTS=",
                                     "MYCOSTR_API_STALL_TIMEOUT=3s",
                                     "MYCOSTR_HOLDER_LOCATION=DE/A=B",
                                     "MYCOSTR_REPAIR_FREEZE_FRACTION=0.5",
                                     "MYCOSTR_AUDIT_CONTAIN_FOR=6s",
                                     nullptr};
  const auto done = apply_environment(settings, environment);
  ASSERT_TRUE(done) << done.error().detail;
  EXPECT_EQ(settings.api.max_transfers, 9);
  EXPECT_EQ(settings.api.max_connections, 6);
  EXPECT_EQ(settings.holder.min_capacity, ByteCount{});
  EXPECT_FALSE(settings.placement.distinct_subnets);
  EXPECT_EQ(settings.peer.bootstrap, (std::vector<Endpoint>{{"127.0.0.1", 1}, {"::1", 2}}));
  EXPECT_TRUE(settings.api.allowed_hosts.empty());
  EXPECT_EQ(settings.api.stall_timeout, 3s);
  EXPECT_EQ(settings.holder.location->text(), "DE/A=B");
  EXPECT_EQ(settings.repair.freeze_fraction, 0.5);
  EXPECT_EQ(settings.audit.contain_for, 6s);
}

TEST(Settings, EnvironmentErrorsNameTheVariable) {
  EXPECT_EQ(environment_error({"MYCOSTR_API_MAX_TRANSFERS=x"}),
            "MYCOSTR_API_MAX_TRANSFERS must be a number, from 1 to 65536, not \"x\"");
  for (const auto* name :
       {"MYCOSTR_API_COLOUR", "MYCOSTR_API", "MYCOSTR_", "MYCOSTR_API_", "MYCOSTR_api_address"}) {
    EXPECT_TRUE(
        has(environment_error({(std::string(name) + "=1").c_str()}), std::string(name) + " names no setting"))
        << name;
  }
  EXPECT_NE(environment_error({"MYCOSTR_API_INSECURE"}), "none");
  for (const auto* value : {"", "x", "nan", "inf", "0.5x", " 0.5", "1e-1", "0x1", "2"}) {
    const auto entry = std::string("MYCOSTR_REPAIR_UPLINK_FRACTION=") + value;
    EXPECT_NE(environment_error({entry.c_str()}), "none") << value;
  }
  EXPECT_NE(environment_error({"MYCOSTR_PEER_BOOTSTRAP=a:1,,b:2"}), "none");
  EXPECT_EQ(environment_error({"OTHER=1", "MYCOST=1"}), "none");
}

TEST(Settings, OptionsAreSetByName) {
  Settings settings;
  EXPECT_TRUE(set(settings, "holder.capacity", "2GB", "--capacity"));
  EXPECT_EQ(settings.holder.capacity, ByteCount{2'000'000'000});
  const auto wrong = set(settings, "holder.capacity", "lots", "--capacity");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().detail,
            "--capacity must be a size such as 4096, \"100GB\" or \"2TiB\", not \"lots\"");
  EXPECT_EQ(settings.holder.capacity, ByteCount{2'000'000'000});
  EXPECT_FALSE(set(settings, "holder", "1", "--x"));
  EXPECT_FALSE(set(settings, "holder.colour", "1", "--x"));
}

TEST(Settings, CheckFindsContradictions) {
  const auto detail = [](auto change) {
    Settings settings;
    change(settings);
    const auto done = check(settings);
    return done ? std::string() : done.error().detail;
  };
  EXPECT_TRUE(has(detail([](Settings& s) { s.holder.capacity = 1_GiB; }), "holder.location"));
  EXPECT_TRUE(has(detail([](Settings& s) { s.api.address.host = "0.0.0.0"; }), "without TLS"));
  EXPECT_TRUE(has(detail([](Settings& s) { s.api.tls_cert = "c"; }), "api.tls_key"));
  EXPECT_TRUE(has(detail([](Settings& s) { s.api.tls_key = "k"; }), "api.tls_cert"));
  EXPECT_TRUE(has(detail([](Settings& s) { s.peer.advertise = {{"::", 1}}; }), "peer.advertise"));
  EXPECT_EQ(detail([](Settings& s) { s.api.address.host = "0.0.0.0", s.api.insecure = true; }), "");
  EXPECT_EQ(detail([](Settings& s) { s.api.address.host = "h", s.api.tls_cert = "c", s.api.tls_key = "k"; }),
            "");
  const auto both = detail([](Settings& s) { s.holder.capacity = 1_GiB, s.api.address.host = "h"; });
  EXPECT_TRUE(has(both, "holder.location") && has(both, "without TLS")) << both;
}

TEST(Settings, ShortenedPeriodsAreNamed) {
  Settings settings;
  EXPECT_TRUE(shortened_periods(settings).empty());
  settings.repair.grace = 30 * 24h;
  settings.api.stall_timeout = 1s;  // between this node and its user alone
  EXPECT_TRUE(shortened_periods(settings).empty());
  settings.dht.refresh = 1s;
  settings.audit.deadline = 14s;
  settings.scrub.period = 1h;
  settings.repair.surplus_after = 1h;
  EXPECT_EQ(shortened_periods(settings), (std::vector<std::string>{"dht.refresh", "audit.deadline",
                                                                   "scrub.period", "repair.surplus_after"}));
  Settings longer;
  longer.audit.period = 2h;  // the others' epochs are of an hour
  EXPECT_EQ(shortened_periods(longer), std::vector<std::string>{"audit.period"});
}

TEST(Settings, WrittenFileReadsBackTheSame) {
  for (const auto& settings : {Settings{}, other_than_default()}) {
    const auto text = write_toml(settings);
    const auto back = parse_toml(text, "f");
    ASSERT_TRUE(back) << back.error().detail << text;
    EXPECT_EQ(*back, settings) << text;
  }
  EXPECT_TRUE(has(write_toml({}), "\n# max_transfers = 64\n"));
  EXPECT_TRUE(has(write_toml(other_than_default()), "\nmax_transfers = 65536\n"));
}

TEST(Settings, CommentedDefaultsAreTheDefaults) {
  // With its comment mark removed, every line with a value must read, and change nothing.
  std::istringstream lines(write_toml({}));
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    const bool is_value = line.starts_with("# ") && has(line, " = ") && line.find(' ', 2) == line.find(" = ");
    text += (is_value ? line.substr(2) : line) + "\n";
  }
  const auto settings = parse_toml(text, "f");
  ASSERT_TRUE(settings) << settings.error().detail;
  EXPECT_EQ(*settings, Settings{});
  EXPECT_TRUE(has(text, "\ncapacity = 0\n"));
}

TEST(Settings, FileInTheRepositoryIsTheOneWritten) {
  std::ifstream stream(MYCOSTR_TEST_VECTORS "/../../config/mycostrd.toml", std::ios::binary);
  const std::string committed(std::istreambuf_iterator<char>(stream), {});
  EXPECT_EQ(committed, write_toml({})) << "write this text to config/mycostrd.toml";
}

TEST(Settings, ReadsFilesWithinBounds) {
  const auto path = std::filesystem::path(testing::TempDir()) / "settings_test.toml";
  const auto write = [&](const std::string& text) { std::ofstream(path, std::ios::binary) << text; };
  write("[network]\nid = \"x\"\n");
  const auto settings = read_file(path);
  ASSERT_TRUE(settings) << settings.error().detail;
  EXPECT_EQ(settings->network.id, "x");
  write("[network]\nid = 1\n");
  EXPECT_TRUE(read_file(path).error().detail.starts_with(path.string() + ":2: network.id"));
  write(std::string(1 << 20, '#'));
  EXPECT_TRUE(read_file(path));
  write(std::string((1 << 20) + 1, '#'));
  EXPECT_EQ(read_file(path).error().code, Errc::invalid);
  std::filesystem::remove(path);
  EXPECT_EQ(read_file(path).error().code, Errc::io);
  EXPECT_EQ(read_file(testing::TempDir()).error().code, Errc::io);
}

}  // namespace
}  // namespace mycostr::config
