#include "api/channels_view.hpp"
#include "paid_network.hpp"

namespace mycostr::api::test {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;
using payment::ChannelDecision;
using payment::ChannelIntent;

class Channels : public PaidNetwork {};

TEST_F(Channels, AreOpenedWhereThereIsNoOtherWay) {
  pass(2min);
  auto now = get("/channels");
  ASSERT_EQ(now["channels"].size(), 1U);
  const auto first = now["channels"][0];
  EXPECT_GT(std::stoull(first["id"].get<std::string>()), 0U);
  EXPECT_EQ(first["capacity_sat"], 2'000'000);
  EXPECT_EQ(first["active"], true);
  EXPECT_EQ(first["opener"], true);
  EXPECT_EQ(first["lightning_key"], net.node(1).wallet->key().hex());
  EXPECT_EQ(first["peer"], first["lightning_key"]) << "nobody has told yet whose wallet it is";
  EXPECT_EQ(now["wallet"]["state"], "ready");
  EXPECT_EQ(now["wallet"]["lightning_key"], net.node(0).wallet->key().hex());
  EXPECT_EQ(now["rebalance"]["mode"], "dry-run");
  EXPECT_TRUE(now["rebalance"]["next"].is_string());
  EXPECT_TRUE(now["next_cursor"].is_null());

  pass(40min);
  now = get("/channels");
  ASSERT_EQ(now["channels"].size(), 3U) << "to nodes 2 and 3 there was no way: " << now;
  for (const auto& channel : now["channels"]) {
    if (channel["id"] == first["id"]) {
      EXPECT_EQ(channel["peer"], id_of(1));
    } else {
      EXPECT_TRUE(channel["peer"] == id_of(2) || channel["peer"] == id_of(3));
      EXPECT_TRUE(channel["why"].get<std::string>().starts_with("opened to pay this holder")) << channel;
    }
  }
  for (const auto& entry : now["next"]) EXPECT_NE(entry["decision"], "direct");
  EXPECT_EQ(paged("/channels", "channels", "asc"), now["channels"]);
  EXPECT_EQ(paged("/channels", "channels", "desc"), reversed(now["channels"]));
}

TEST_F(Channels, RefuseWhatCannotBe) {
  for (const auto* cursor : {"x", "", "5", "-", "x-y", "-1-a"})
    expect_problem(net.call("GET", "/channels?cursor=" + std::string(cursor)), 400, "invalid_value",
                   "cursor");
  expect_problem(net.call("GET", "/channels?cursor=1-" + std::string(400, 'a')), 400, "invalid_value",
                 "cursor");
  expect_problem(net.call("GET", "/channels?x=1"), 400, "unknown_field", "x");
  expect_problem(net.call("POST", "/channels"), 405, "method_not_allowed");
}

TEST(ChannelsWithoutAWallet, AreNone) {
  LocalNetwork net(1);
  const auto now = json_of(net.call("GET", "/channels"));
  EXPECT_EQ(now["channels"], Json::array());
  EXPECT_EQ(now["pending"], Json::array());
  EXPECT_EQ(now["next"], Json::array());
  EXPECT_TRUE(now["rebalance"]["last"].is_null());
  EXPECT_TRUE(now["rebalance"]["next"].is_null());
  EXPECT_EQ(now["wallet"]["state"], "none");
}

/// What a wallet and the plans may say.
class ChannelsJson : public testing::Test {
 protected:
  static LightningKey key(std::uint8_t byte) {
    LightningKey out;
    std::ranges::fill(out.bytes, byte);
    return out;
  }
  ChannelIntent intent(std::uint8_t byte, ChannelIntent::State state, std::string point = "") const {
    ChannelIntent out;
    out.peer = node;
    out.key = key(byte);
    out.state = state;
    out.capacity_sat = 300'000;
    out.point = std::move(point);
    return out;
  }
  Json shown() const { return Json::parse(channels_json(view)); }

  const NodeId node = *NodeId::from_hex(std::string(64, 'b'));
  ChannelsView view{.wallet = {}, .channels = {}, .nodes = {{key(2), node}}};
};

TEST_F(ChannelsJson, SaysWhyAChannelIsThere) {
  Channel channel;
  channel.id = UINT64_MAX;
  channel.point = "aa:0";
  channel.peer = key(2);
  channel.is_active = channel.is_opener = true;
  view.channels.push_back(channel);
  channel.id = 0;
  channel.point = "bb:1";
  channel.peer = key(3);
  channel.is_opener = channel.is_active = false;
  view.channels.push_back(channel);
  view.intents[key(2)] = intent(2, ChannelIntent::State::open, "aa:0");
  view.decisions.push_back({node, key(2), ChannelDecision::Way::direct, "its channel holds 5 sat", 0});
  const auto channels = shown()["channels"];
  EXPECT_EQ(channels[0]["id"], "18446744073709551615");
  EXPECT_EQ(channels[0]["peer"], node.hex());
  EXPECT_EQ(channels[0]["why"],
            "opened to pay this holder; the holder is paid directly: its channel holds 5 sat");
  EXPECT_TRUE(channels[1]["id"].is_null());
  EXPECT_EQ(channels[1]["peer"], key(3).hex());
  EXPECT_EQ(channels[1]["why"], "opened by the other side; not active: the other side is offline");
  EXPECT_EQ(shown()["next"], Json::array()) << "it needs nothing";
}

TEST_F(ChannelsJson, SaysWhatIsPending) {
  view.pending.push_back({key(2), "aa:0", 100'000, true});
  view.pending.push_back({key(3), "cc:0", 200'000, false});
  view.intents[key(2)] = intent(2, ChannelIntent::State::opening, "aa:0");
  view.intents[key(4)] = intent(4, ChannelIntent::State::intended);
  view.intents[key(5)] = intent(5, ChannelIntent::State::failed);
  const auto pending = shown()["pending"];
  ASSERT_EQ(pending.size(), 3U) << pending;
  EXPECT_EQ(pending[0]["state"], "opening");
  EXPECT_EQ(pending[0]["why"], "opened to pay this holder");
  EXPECT_EQ(pending[1]["state"], "closing");
  EXPECT_EQ(pending[1]["peer"], key(3).hex());
  EXPECT_EQ(pending[2]["state"], "intended");
  EXPECT_TRUE(pending[2]["point"].is_null());
  EXPECT_EQ(pending[2]["capacity_sat"], 300'000);
}

TEST_F(ChannelsJson, SaysWhatComesNext) {
  view.decisions.push_back({node, key(2), ChannelDecision::Way::open, "no route", 150'000});
  view.decisions.push_back({node, key(3), ChannelDecision::Way::wait, "\xFF hostile \"text\"", 0});
  view.decisions.push_back({node, key(4), ChannelDecision::Way::routed, "first", 0});
  const auto next = shown()["next"];
  ASSERT_EQ(next.size(), 3U);
  EXPECT_EQ(next[0]["decision"], "open");
  EXPECT_EQ(next[0]["capacity_sat"], 150'000);
  EXPECT_EQ(next[1]["decision"], "wait");
  EXPECT_TRUE(next[1]["capacity_sat"].is_null());
  EXPECT_EQ(next[1]["why"], "\xEF\xBF\xBD hostile \"text\"");
  EXPECT_EQ(next[2]["decision"], "routed");
}

TEST_F(ChannelsJson, SaysWhatWasRebalanced) {
  view.mode = payment::RebalanceSettings::Mode::on;
  view.next_run = from_unix_ms(1'767'225'600'000);
  payment::RebalanceRun run{.at = from_unix_ms(1'767'139'200'000), .is_dry = false};
  run.moves.push_back({.from = 5,
                       .to = UINT64_MAX,
                       .last_hop = key(2),
                       .amount = Msat{70'000},
                       .max_fee = Msat{90},
                       .fee = Msat{12},
                       .result = payment::RebalanceMove::Result::done});
  run.skipped.push_back({7, "it would cost more than it earns"});
  view.last_run = run;
  const auto rebalance = shown()["rebalance"];
  EXPECT_EQ(rebalance["mode"], "on");
  EXPECT_EQ(rebalance["last"], "2025-12-31T00:00:00.000Z");
  EXPECT_EQ(rebalance["next"], "2026-01-01T00:00:00.000Z");
  const auto& move = rebalance["moves"][0];
  EXPECT_EQ(move["from"], "5");
  EXPECT_EQ(move["to"], "18446744073709551615");
  EXPECT_EQ(move["amount_msat"], 70'000);
  EXPECT_EQ(move["fee_msat"], 12);
  EXPECT_EQ(move["result"], "done");
  EXPECT_TRUE(move["why"].is_null());
  EXPECT_EQ(rebalance["skipped"][0]["channel"], "7");
}

TEST_F(ChannelsJson, IsBounded) {
  for (std::uint32_t i = 0; i < 1500; ++i) {
    view.pending.push_back({key(3), std::to_string(i) + ":0", 1, true});
    view.decisions.push_back({node, key(4), ChannelDecision::Way::wait, "", 0});
  }
  EXPECT_EQ(shown()["pending"].size(), 1000U);
  EXPECT_EQ(shown()["next"].size(), 1000U);
}

}  // namespace
}  // namespace mycostr::api::test
