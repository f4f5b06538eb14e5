#include <nlohmann/json.hpp>

#include "api/json.hpp"
#include "api/render.hpp"

namespace mycostr::api {
namespace {

std::string byte_seconds(const wire::Figures& figures) {
  return wire::to_string(wire::Wide(figures.byte_ms.value / 1000));
}

Json describe_figures(const wire::Figures& figures) {
  return Json{{"byte_seconds", byte_seconds(figures)}, {"audit", wire::audit_word_name(figures.audit)}};
}

Json describe_dispute(const std::optional<wire::Statement::Dispute>& dispute) {
  if (!dispute) return nullptr;
  return Json{{"owner", describe_figures(dispute->owner)}, {"holder", describe_figures(dispute->holder)}};
}

/// The one that its last millisecond lies in.
std::int64_t epoch_of(WallTime end, std::chrono::milliseconds period) {
  return (to_unix_ms(end) - 1) / std::max<std::int64_t>(period.count(), 1);
}

Json describe_statement(const payment::StatementRow& row, std::chrono::milliseconds period) {
  const auto& statement = row.statement;
  return Json{{"agreement", statement.agreement.hex()},
              {"number", statement.number},
              {"epoch", epoch_of(statement.end, period)},
              {"start", to_rfc3339(statement.start)},
              {"end", to_rfc3339(statement.end)},
              {"byte_seconds", byte_seconds(statement.figures)},
              {"amount_msat", statement.amount.value},
              {"total_msat", statement.total.value},
              {"audit", wire::audit_word_name(statement.figures.audit)},
              {"revision", statement.revision},
              {"root", statement.root.hex()},
              {"state", payment::state_name(row.state)},
              {"last", statement.is_last},
              {"disputed", describe_dispute(statement.dispute)},
              {"payment", row.payment ? Json(row.payment->hex()) : Json(nullptr)}};
}

}  // namespace

std::string statement_list_json(const std::vector<payment::StatementRow>& rows, Duration period,
                                const std::string& next_cursor) {
  const auto in_ms = std::chrono::duration_cast<std::chrono::milliseconds>(period);
  auto entries = Json::array();
  for (const auto& row : rows) entries.push_back(describe_statement(row, in_ms));
  return text_of(Json{{"statements", std::move(entries)}, {"next_cursor", text_or_null(next_cursor)}});
}

}  // namespace mycostr::api
