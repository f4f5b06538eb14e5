#include "support/fake_lnd/control.hpp"

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace mycostr::test {

namespace {

using Json = nlohmann::json;

struct Call {
  FakeLightning& fake;
  FakeNetwork& network;
  const Json& command;

  template <class T>
  T get(const char* key) const {
    return command.at(key).get<T>();
  }
  std::size_t node(const char* key = "node") const {
    const auto name = get<std::string>(key);
    for (std::size_t i = 0; i < network.size(); ++i) {
      if (network.node(i).name == name) return i;
    }
    throw std::invalid_argument("no node " + name);
  }
  void fault(const std::function<void(Faults&)>& change) const { network.set_faults(node(), change); }
};

lnrpc::WalletState state_of(const std::string& name) {
  lnrpc::WalletState state;
  if (!lnrpc::WalletState_Parse(name, &state)) throw std::invalid_argument("no state " + name);
  return state;
}

lnrpc::PaymentFailureReason reason_of(const std::string& name) {
  lnrpc::PaymentFailureReason reason;
  if (!lnrpc::PaymentFailureReason_Parse("FAILURE_REASON_" + name, &reason)) {
    throw std::invalid_argument("no reason " + name);
  }
  return reason;
}

Stick stick_of(const std::string& how) {
  if (how == "lost") return Stick::lost;
  if (how == "held") return Stick::held;
  throw std::invalid_argument("a payment gets lost or held, not " + how);
}

Json channel_of(const FakeNetwork& network, const FakeChannel& channel) {
  Json out = {
      {"id", channel.id}, {"capacity_sat", channel.capacity_sat}, {"pending", channel.pending.size()}};
  for (const int side : {0, 1}) {
    const auto* key = side == 0 ? "from" : "to";
    out[key] = network.node(channel.ends[side]).name;
    out[std::string(key) + "_msat"] = channel.msat[side];
  }
  return out;
}

/// All that has been asked for and paid.
Json ledger(const Call& call) {
  Json nodes = Json::object();
  for (std::size_t i = 0; i < call.network.size(); ++i) {
    const auto node = call.network.node(i);
    Json invoices = Json::object();
    for (const auto& [hash, it] : node.invoices) {
      invoices[hash.hex()] = {{"state", lnrpc::Invoice::InvoiceState_Name(it.state())},
                              {"msat", it.value_msat()},
                              {"paid_msat", it.amt_paid_msat()}};
    }
    Json payments = Json::object();
    for (const auto& [hash, it] : node.payments) {
      payments[hash.hex()] = {{"status", lnrpc::Payment::PaymentStatus_Name(it.message.status())},
                              {"msat", it.terms.num_msat()},
                              {"fee_msat", it.message.fee_msat()},
                              {"is_in_channel", !it.path.empty()}};
    }
    nodes[node.name] = {{"funds_sat", node.funds_sat},
                        {"is_online", node.is_online},
                        {"invoices", invoices},
                        {"payments", payments}};
  }
  Json channels = Json::array();
  for (const auto& channel : call.network.channels()) channels.push_back(channel_of(call.network, channel));
  return {{"height", call.network.height()}, {"nodes", nodes}, {"channels", channels}};
}

Json release(const Call& call) {
  const auto hash = PaymentHash::from_hex(call.get<std::string>("hash"));
  return {{"released", hash && call.network.release(*hash)}};
}

using Action = Json (*)(const Call&);

/// For actions that have nothing to tell.
template <auto Do>
Json done(const Call& call) {
  Do(call);
  return Json::object();
}

const std::map<std::string, Action> kActions = {
    {"kill", done<[](const Call& c) { c.fake.kill(c.node()); }>},
    {"start", done<[](const Call& c) { c.fake.start(c.node()); }>},
    {"drop_streams", done<[](const Call& c) { c.network.drop_streams(c.node()); }>},
    {"renew_macaroon", done<[](const Call& c) { c.fake.renew_macaroon(c.node()); }>},
    {"renew_certificate", done<[](const Call& c) { c.fake.renew_certificate(c.node()); }>},
    {"state", done<[](const Call& c) {
       c.fault([state = state_of(c.get<std::string>("state"))](Faults& f) { f.state = state; });
     }>},
    {"synced", done<[](const Call& c) {
       c.fault([synced = c.get<bool>("synced")](Faults& f) { f.is_synced = synced; });
     }>},
    {"delay", done<[](const Call& c) {
       c.fault([ms = c.get<int>("ms")](Faults& f) { f.delay = std::chrono::milliseconds(ms); });
     }>},
    {"repeat_events",
     done<[](const Call& c) { c.fault([on = c.get<bool>("on")](Faults& f) { f.repeats_events = on; }); }>},
    {"deny", done<[](const Call& c) {
       c.fault([methods = c.get<std::set<std::string>>("methods")](Faults& f) { f.denied = methods; });
     }>},
    {"fail_next", done<[](const Call& c) {
       const grpc::Status status(static_cast<grpc::StatusCode>(c.get<int>("code")),
                                 c.get<std::string>("text"));
       c.fault([&](Faults& f) { f.fail_next[c.get<std::string>("method")] = status; });
     }>},
    {"lose_next", done<[](const Call& c) {
       c.fault([method = c.get<std::string>("method")](Faults& f) { f.lose_next.insert(method); });
     }>},
    {"stick_next", done<[](const Call& c) {
       c.fault([how = stick_of(c.get<std::string>("how"))](Faults& f) { f.stick_next = how; });
     }>},
    {"fail_next_payment", done<[](const Call& c) {
       c.fault(
           [reason = reason_of(c.get<std::string>("reason"))](Faults& f) { f.fail_next_payment = reason; });
     }>},
    {"mine", done<[](const Call& c) { c.network.mine(c.get<std::uint32_t>("blocks")); }>},
    {"advance", done<[](const Call& c) { c.network.advance(std::chrono::seconds(c.get<int>("seconds"))); }>},
    {"fund", done<[](const Call& c) { c.network.fund(c.node(), c.get<std::int64_t>("sat")); }>},
    {"channel", done<[](const Call& c) {
       c.network.add_channel(c.node("from"), c.node("to"), c.get<std::int64_t>("sat"),
                             c.command.value("push_sat", std::int64_t{0}));
     }>},
    {"release", release},
    {"ledger", ledger},
};

}  // namespace

std::string carry_out(FakeLightning& fake, const std::string& line) {
  Json answer;
  try {
    const auto command = Json::parse(line);
    const auto action = kActions.find(command.at("do").get<std::string>());
    if (action == kActions.end()) throw std::invalid_argument("there is no such command");
    answer = action->second({fake, fake.network(), command});
    answer["ok"] = true;
  } catch (const std::exception& error) {
    answer = {{"ok", false}, {"error", error.what()}};
  }
  return answer.dump();
}

std::string describe(FakeLightning& fake, const std::string& folder) {
  Json nodes = Json::array();
  for (std::size_t i = 0; i < fake.size(); ++i) {
    const auto node = fake.network().node(i);
    const auto access = fake.access(i);
    nodes.push_back({{"name", node.name},
                     {"pubkey", node.key.hex()},
                     {"grpc", access.address},
                     {"p2p", node.address},
                     {"tls_cert", access.certificate.string()},
                     {"macaroon", access.macaroon.string()}});
  }
  return Json{{"dir", folder}, {"nodes", nodes}}.dump();
}

}  // namespace mycostr::test
