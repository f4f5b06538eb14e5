#include "crypto/sha256.hpp"
#include "paid_network.hpp"

namespace mycostr::api::test {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;
using Table = std::vector<std::map<std::string, std::string>>;

/// RFC 4180, by the header row.
Table parse_csv(const std::string& text) {
  std::vector<std::vector<std::string>> rows(1, {""});
  bool is_quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto& cell = rows.back().back();
    if (is_quoted) {
      if (text[i] != '"') {
        cell += text[i];
      } else if (text.substr(i, 2) == "\"\"") {
        cell += text[i++];
      } else {
        is_quoted = false;
      }
    } else if (text[i] == '"') {
      is_quoted = true;
    } else if (text[i] == ',') {
      rows.back().emplace_back();
    } else if (text.substr(i, 2) == "\r\n") {
      rows.push_back({""});
      ++i;
    } else {
      cell += text[i];
    }
  }
  EXPECT_EQ(rows.back(), std::vector<std::string>{""}) << "the last line ends too";
  Table out;
  for (std::size_t i = 1; i + 1 < rows.size(); ++i) {
    EXPECT_EQ(rows[i].size(), rows[0].size());
    for (std::size_t j = 0; j < rows[0].size(); ++j) {
      if (j == 0) out.emplace_back();
      out.back()[rows[0][j]] = rows[i][j];
    }
  }
  return out;
}

class Payments : public PaidNetwork {
 protected:
  FakeResponder csv(const std::string& path) { return net.call("GET", path, "", {{"Accept", "text/csv"}}); }
  /// A record beside those that the network makes.
  payment::Payment add_record(std::uint64_t number, std::string problem) {
    payment::Payment out;
    out.id = net.node(0).random.make<payment::PaymentId>();
    out.created = net.clock.wall_now();
    out.settlement.agreement = *AgreementId::from_hex(std::string(32, 'a'));
    out.settlement.peer = net.node(2).identity.id();
    out.settlement.number = number;
    out.settlement.first = 1;
    out.settlement.last = 5000;
    out.settlement.start = out.created - 1h;
    out.settlement.end = out.created;
    out.settlement.amount = Msat{123'456};
    out.changed = out.created;
    out.problem = std::move(problem);
    EXPECT_TRUE(net.clock.run(net.node(0).engine.payments().book().save(out, {}, Durability::synced)));
    return out;
  }
};

TEST_F(Payments, AreListedWithAllOfTheirFields) {
  pass(36min);
  const auto owned = agreement("owner", 1)["id"].get<std::string>();
  const auto payments = get("/payments?direction=out&peer=" + id_of(1))["payments"];
  ASSERT_GE(payments.size(), 2U);
  const auto& payment = payments[0];
  EXPECT_EQ(payment["id"].get<std::string>().size(), 32U);
  EXPECT_EQ(payment["direction"], "out");
  EXPECT_EQ(payment["peer"], id_of(1));
  EXPECT_EQ(payment["for"], owned);
  EXPECT_EQ(payment["state"], "settled");
  EXPECT_TRUE(payment["timestamp"].get<std::string>().ends_with("Z"));
  EXPECT_GT(std::stoull(payment["channel"].get<std::string>()), 0U);
  EXPECT_EQ(payment["fee_msat"], 0) << "the channel is direct";
  EXPECT_EQ(payment["attempts"], 1);
  EXPECT_TRUE(payment["problem"].is_null());
  EXPECT_FALSE(payment.contains("share"));
  const auto preimage = Preimage::from_hex(payment["preimage"].get<std::string>());
  ASSERT_TRUE(preimage);
  EXPECT_EQ(payment["payment_hash"], to_hex(crypto::sha256(preimage->view()).view()));
  // It settles these statements, all of them.
  const auto statements = get("/agreements/" + owned + "/statements")["statements"];
  std::int64_t sum = 0;
  for (const auto& number : payment["statements"]) {
    const auto& statement = statements[number.get<std::size_t>() - 1];
    EXPECT_EQ(statement["payment"], payment["id"]);
    sum += statement["amount_msat"].get<std::int64_t>();
  }
  EXPECT_EQ(payment["amount_msat"], sum);
  EXPECT_EQ(payment["statements"].front(), payment["first_statement"]);
  EXPECT_EQ(payment["statements"].back(), payment["last_statement"]);
  // The second is for ten minutes, or several times as long.
  const auto hours = static_cast<double>(payments[1]["statements"].size()) / 6;
  EXPECT_NEAR(std::stod(payments[1]["amount"].get<std::string>()),
              payments[1]["amount_msat"].get<double>() / 1000 / hours, 0.001);
}

TEST_F(Payments, AreFilteredAndPaged) {
  pass(46min);
  const auto all = get("/payments?limit=1000")["payments"];
  const auto out = get("/payments?limit=1000&direction=out")["payments"];
  const auto in = get("/payments?limit=1000&direction=in")["payments"];
  ASSERT_GE(out.size(), 3U);
  ASSERT_GE(in.size(), 1U);
  EXPECT_EQ(all.size(), out.size() + in.size());
  EXPECT_EQ(in[0]["attempts"], 1);
  EXPECT_EQ(in[0]["fee_msat"], 0);
  for (const auto& payment : get("/payments?limit=1000&peer=" + id_of(2))["payments"])
    EXPECT_EQ(payment["peer"], id_of(2));
  EXPECT_EQ(get("/payments?peer=" + std::string(64, '0'))["payments"], Json::array());
  EXPECT_EQ(get("/payments?since=2099-01-01T00:00:00Z")["payments"], Json::array());
  const auto since = all[2]["created"].get<std::string>();
  for (const auto& payment : get("/payments?limit=1000&since=" + since)["payments"])
    EXPECT_GE(payment["created"].get<std::string>(), since);
  EXPECT_EQ(paged("/payments", "payments", "asc"), all);
  EXPECT_EQ(paged("/payments", "payments", "desc"), reversed(all));
  EXPECT_EQ(paged("/payments?direction=out", "payments", "asc"), out);
  // As the specification writes it: a JSON body.
  EXPECT_EQ(json_of(net.call("GET", "/payments", R"({"direction":"in","limit":1000})"))["payments"], in);
}

TEST_F(Payments, AreGivenAsCsv) {
  pass(36min);
  const auto answer = csv("/payments?limit=1000");
  EXPECT_EQ(answer.status(), 200U);
  EXPECT_TRUE(answer.field("Content-Type").starts_with("text/csv"));
  EXPECT_EQ(answer.field("Vary"), "Accept");
  EXPECT_EQ(answer.field("Next-Cursor"), "");
  EXPECT_TRUE(answer.body.starts_with("id,direction,peer,amount,amount_msat,channel,for,timestamp,state,"));
  const auto table = parse_csv(answer.body);
  const auto payments = get("/payments?limit=1000")["payments"];
  ASSERT_EQ(table.size(), payments.size());
  for (std::size_t i = 0; i < table.size(); ++i) {
    for (const auto& [name, value] : payments[i].items()) {
      if (value.is_array()) continue;
      const auto text = value.is_null() ? "" : value.is_string() ? value.get<std::string>() : value.dump();
      EXPECT_EQ(table[i].at(name), text) << name;
    }
  }
  // Page by page.
  std::string cursor;
  std::size_t rows = 0;
  do {
    const auto page = csv("/payments?limit=2" + (cursor.empty() ? "" : "&cursor=" + cursor));
    rows += parse_csv(page.body).size();
    cursor = page.field("Next-Cursor");
  } while (!cursor.empty() && rows <= table.size());
  EXPECT_EQ(rows, table.size());
  expect_problem(csv("/payments?x=1"), 400, "unknown_field", "x");
}

TEST_F(Payments, KeepHostileTextsHarmless) {
  const auto problem = std::string("=cmd|' /C calc'!A0\",\"x\r\n@SUM(1) \xE2\x82\xAC");
  add_record(1, problem);
  const auto list = get("/payments");
  ASSERT_EQ(list["payments"].size(), 1U);
  const auto& record = list["payments"][0];
  EXPECT_EQ(record["problem"], problem);
  EXPECT_EQ(record["state"], "pending");
  for (const auto* name : {"channel", "timestamp", "preimage", "payment_hash"})
    EXPECT_TRUE(record[name].is_null()) << name;
  EXPECT_EQ(record["statements"].size(), 1000U);
  EXPECT_EQ(record["first_statement"], 1);
  EXPECT_EQ(record["last_statement"], 5000);
  EXPECT_EQ(record["amount"], "123.456000");
  const auto table = parse_csv(csv("/payments").body);
  ASSERT_EQ(table.size(), 1U);
  EXPECT_EQ(table[0].at("problem"), "'" + problem);
  EXPECT_EQ(table[0].at("channel"), "");
  EXPECT_TRUE(table[0].at("statements").starts_with("1 2 3 "));
}

TEST_F(Payments, RefuseWhatCannotBe) {
  expect_problem(net.call("GET", "/payments?direction=up"), 400, "invalid_value", "direction");
  for (const auto* peer : {"x", "", "ABCDEF", "%27%20OR%201=1"})
    expect_problem(net.call("GET", "/payments?peer=" + std::string(peer)), 400, "invalid_value", "peer");
  expect_problem(net.call("GET", "/payments?peer=" + std::string(500, 'a')), 400, "invalid_value", "peer");
  for (const auto* since : {"yesterday", "", "2026-13-01T00:00:00Z", "2026-01-01", "1767225600"})
    expect_problem(net.call("GET", "/payments?since=" + std::string(since)), 400, "invalid_value", "since");
  for (const auto* cursor : {"x", "", "1", "1-", "1-zz", "-", "99999999999999999999-00"})
    expect_problem(net.call("GET", "/payments?cursor=" + std::string(cursor)), 400, "invalid_value",
                   "cursor");
  for (const auto* file : {"x", "", "../../etc/passwd"})
    expect_problem(net.call("GET", "/payments?file=" + std::string(file)), 400, "invalid_value", "file");
  expect_problem(net.call("GET", "/payments?file=" + std::string(26, 'a')), 404, "file_not_found");
  expect_problem(net.call("GET", "/payments?limit=0"), 400, "invalid_value", "limit");
  expect_problem(net.call("GET", "/payments?x=1"), 400, "unknown_field", "x");
  expect_problem(net.call("GET", "/payments?peer=a&peer=b"), 400, "invalid_value", "peer");
  expect_problem(net.call("GET", "/payments", R"({"peer":1})"), 400, "invalid_value", "peer");
  expect_problem(net.call("DELETE", "/payments"), 405, "method_not_allowed");
  expect_problem(net.call("GET", "/payments/x"), 404, "not_found");
}

TEST_F(Payments, ShowAFilesShare) {
  pass(36min);
  std::int64_t whole = 0;
  std::int64_t shares = 0;
  std::map<std::string, Json> of_first;
  for (const auto& payment : get("/payments?file=" + first_file)["payments"])
    of_first[payment["id"].get<std::string>()] = payment;
  ASSERT_GE(of_first.size(), 2U);
  for (const auto& payment : get("/payments?file=" + second_file)["payments"]) {
    EXPECT_EQ(payment["direction"], "out");
    const auto& first = of_first.at(payment["id"])["share"];
    const auto& share = payment["share"];
    EXPECT_EQ(share["bytes"], 3 * (16 << 10) + 4096);
    EXPECT_EQ(first["bytes"], 6 * (16 << 10) + 4096);
    EXPECT_EQ(share["of_bytes"], first["bytes"].get<int>() + share["bytes"].get<int>());
    const auto amount = payment["amount_msat"].get<std::int64_t>();
    EXPECT_EQ(share["amount_msat"],
              amount * share["bytes"].get<std::int64_t>() / share["of_bytes"].get<std::int64_t>());
    whole += amount;
    shares += share["amount_msat"].get<std::int64_t>() + first["amount_msat"].get<std::int64_t>();
  }
  EXPECT_LE(shares, whole);
  EXPECT_GE(shares, whole - 2 * static_cast<std::int64_t>(of_first.size()));
  const auto table = parse_csv(csv("/payments?file=" + first_file).body);
  ASSERT_EQ(table.size(), of_first.size());
  EXPECT_EQ(table[0].at("share_amount_msat"), of_first.at(table[0].at("id"))["share"]["amount_msat"].dump());
  // What is stored now has had no part in what was paid before.
  EXPECT_EQ(get("/payments?file=" + store(0, "new"))["payments"], Json::array());
  EXPECT_EQ(net.call("DELETE", "/files/" + second_file).status(), 204U);
  expect_problem(net.call("GET", "/payments?file=" + second_file), 404, "file_not_found");
}

}  // namespace
}  // namespace mycostr::api::test
