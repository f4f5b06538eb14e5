// Nodes that pay each other in virtual hours.
#pragma once

#include <gtest/gtest.h>

#include "expect.hpp"
#include "local_network.hpp"

namespace mycostr::api::test {

inline payment::Settings paying_settings() {
  payment::Settings out;
  out.wallet = payment::Settings::Wallet::lnd;
  // Hours of ten minutes; 100 kB cost about 137 sat in one.
  out.period = std::chrono::minutes(10);
  out.price_msat_per_tb_month = 6'000'000'000'000'000;
  out.budget = {Msat{100'000'000}, Msat{100'000'000}, Msat{100'000'000}};
  out.max_price_msat_per_tb_month = out.price_msat_per_tb_month;
  return out;
}

/// Node 0 has stored two files, node 1 one. All channels are between 0 and 1.
class PaidNetwork : public testing::Test {
 protected:
  using Json = nlohmann::json;

  PaidNetwork() {
    net.lightning.open(*net.node(0).wallet, *net.node(1).wallet, 2'000'000, 500'000);
    first_file = store(0, std::string(100'000, 'x'));
    second_file = store(0, std::string(50'000, 'y'));
    store(1, std::string(60'000, 'z'));
  }
  std::string store(std::size_t node, std::string bytes) {
    FakeRequest request("POST", "/store");
    request.body = std::move(bytes);
    const auto answer = net.call_node(node, std::move(request));
    EXPECT_EQ(answer.status(), 201U) << answer.body;
    return json_of(answer)["file"]["id"];
  }
  /// Blocks are mined meanwhile.
  void pass(std::chrono::minutes time) {
    constexpr std::chrono::minutes kBlock(2);
    for (; time.count() > 0; time -= kBlock) {
      net.run_for(kBlock);
      net.lightning.mine();
    }
  }
  Json get(const std::string& path) {
    const auto answer = net.call("GET", path);
    EXPECT_EQ(answer.status(), 200U) << path << ": " << answer.body;
    return json_of(answer);
  }
  /// With the peer that node 0's own agreements name.
  Json agreement(std::string_view role, std::size_t peer) {
    for (const auto& entry : get("/agreements")["agreements"]) {
      if (entry["role"] == role && entry["peer"] == id_of(peer)) return entry;
    }
    ADD_FAILURE() << "no agreement as " << role;
    return {};
  }
  std::string id_of(std::size_t node) { return net.node(node).identity.id().hex(); }
  /// All pages of two entries each of a list.
  Json paged(const std::string& path, const std::string& list, const std::string& order) {
    auto out = Json::array();
    std::string cursor;
    for (int page = 0; page < 200; ++page) {
      const auto answer = get(path + (path.find('?') == std::string::npos ? "?" : "&") +
                              "limit=2&order=" + order + (cursor.empty() ? "" : "&cursor=" + cursor));
      EXPECT_LE(answer[list].size(), 2U);
      for (const auto& entry : answer[list]) out.push_back(entry);
      if (answer["next_cursor"].is_null()) return out;
      cursor = answer["next_cursor"];
    }
    ADD_FAILURE() << "pages without end";
    return out;
  }
  static Json reversed(const Json& list) {
    auto out = Json::array();
    for (auto at = list.rbegin(); at != list.rend(); ++at) out.push_back(*at);
    return out;
  }

  LocalNetwork net{4, {"DE", "FR", "US-CA", "JP"}, paying_settings()};
  std::string first_file;
  std::string second_file;
};

}  // namespace mycostr::api::test
