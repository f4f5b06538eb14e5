#include <nlohmann/json.hpp>

#include "api/json.hpp"
#include "api/render.hpp"

namespace mycostr::api {

namespace {

/// As its holder sees it: on the owner's side what that said last, which may be nothing yet.
std::optional<wire::Standing> standing_in(const agreement::Agreement& agreement,
                                          const payment::Payments& payments) {
  if (agreement.role == agreement::Role::owner) return payments.standing_with(agreement.peer);
  return payments.unpaid().standing(agreement.peer);
}

Json describe_standing(const agreement::Agreement& agreement, payment::Payments& payments) {
  const auto standing = standing_in(agreement, payments);
  const auto said = standing.value_or(wire::Standing());
  const auto* account = payments.ledger().find(agreement.id);
  return Json{{"state", standing ? Json(wire::unpaid_state_name(said.state)) : Json(nullptr)},
              {"due_since", time_or_null(said.due_since)},
              {"stops_at", time_or_null(said.stops_at)},
              {"deletes_at", time_or_null(said.deletes_at)},
              {"owed_msat", account == nullptr ? 0 : account->owed().value}};
}

}  // namespace

Json describe(const agreement::Agreement& agreement, payment::Payments& payments) {
  return Json{{"id", agreement.id.hex()},
              {"role", agreement::role_name(agreement.role)},
              {"peer", agreement.peer.hex()},
              {"price_msat_per_tb_month", agreement.terms.price_msat_per_tb_month},
              {"shards", agreement.revision.shards},
              {"bytes", agreement.revision.bytes.value},
              {"revision", agreement.revision.number},
              {"root", agreement.revision.root.hex()},
              {"since", to_rfc3339(agreement.terms.since)},
              {"state", agreement::state_name(agreement.state)},
              {"payment", describe_standing(agreement, payments)}};
}

std::string agreement_json(const agreement::Agreement& agreement, payment::Payments& payments) {
  return text_of(describe(agreement, payments));
}

std::string agreement_list_json(const std::vector<const agreement::Agreement*>& agreements,
                                payment::Payments& payments, const std::string& next_cursor) {
  auto entries = Json::array();
  for (const auto* agreement : agreements) entries.push_back(describe(*agreement, payments));
  return text_of(Json{{"agreements", std::move(entries)}, {"next_cursor", text_or_null(next_cursor)}});
}

}  // namespace mycostr::api
