// Payments as JSON, and as CSV made of the same fields.
#include <array>
#include <nlohmann/json.hpp>

#include "api/csv.hpp"
#include "api/json.hpp"
#include "api/payment_rate.hpp"
#include "api/render.hpp"

namespace mycostr::api {
namespace {

constexpr std::uint64_t kMaxListedStatements = 1000;

std::uint32_t attempts_of(const payment::Payment& payment) {
  if (payment.direction == payment::Direction::out) return payment.sends;
  return payment.attempt + (payment.has_invoice() ? 1 : 0);
}

Json numbers(std::uint64_t first, std::uint64_t last) {
  auto out = Json::array();
  for (auto number = first; number <= last && out.size() < kMaxListedStatements; ++number)
    out.push_back(number);
  return out;
}

Json describe_share(const FileShare& share, const payment::Payment& payment) {
  const auto& paid_for = payment.settlement;
  const auto amount = share.part(paid_for.amount);
  return Json{{"bytes", share.bytes.value},
              {"of_bytes", share.of.value},
              {"amount", sats_per_hour(amount, paid_for.start, paid_for.end)},
              {"amount_msat", amount.value},
              {"fee_msat", share.part(payment.fee).value}};
}

Json describe_payment(const PaymentLine& line) {
  const auto& payment = line.payment;
  const auto& paid_for = payment.settlement;
  const bool has_hash = payment.hash != PaymentHash();
  Json out{{"id", payment.id.hex()},
           {"direction", payment::direction_name(payment.direction)},
           {"peer", paid_for.peer.hex()},
           {"amount", sats_per_hour(paid_for.amount, paid_for.start, paid_for.end)},
           {"amount_msat", paid_for.amount.value},
           {"channel", payment.channel == 0 ? Json(nullptr) : Json(std::to_string(payment.channel))},
           {"for", paid_for.agreement.hex()},
           {"timestamp", time_or_null(payment.settled_at)},
           {"state", payment::state_name(payment.state)},
           {"payment_hash", has_hash ? Json(payment.hash.hex()) : Json(nullptr)},
           {"preimage", payment.preimage ? Json(payment.preimage->hex()) : Json(nullptr)},
           {"fee_msat", payment.fee.value},
           {"attempts", attempts_of(payment)},
           {"statements", numbers(paid_for.first, paid_for.last)},
           {"first_statement", paid_for.first},
           {"last_statement", paid_for.last},
           {"settlement", paid_for.number},
           {"start", to_rfc3339(paid_for.start)},
           {"end", to_rfc3339(paid_for.end)},
           {"created", to_rfc3339(payment.created)},
           {"problem", text_or_null(payment.problem)}};
  if (line.share) out["share"] = describe_share(*line.share, payment);
  return out;
}

struct Column {
  const char* name;
  const char* field;  ///< a JSON pointer
};
constexpr std::array kColumns = {
    Column{"id", "/id"},
    Column{"direction", "/direction"},
    Column{"peer", "/peer"},
    Column{"amount", "/amount"},
    Column{"amount_msat", "/amount_msat"},
    Column{"channel", "/channel"},
    Column{"for", "/for"},
    Column{"timestamp", "/timestamp"},
    Column{"state", "/state"},
    Column{"payment_hash", "/payment_hash"},
    Column{"preimage", "/preimage"},
    Column{"fee_msat", "/fee_msat"},
    Column{"attempts", "/attempts"},
    Column{"statements", "/statements"},
    Column{"first_statement", "/first_statement"},
    Column{"last_statement", "/last_statement"},
    Column{"settlement", "/settlement"},
    Column{"start", "/start"},
    Column{"end", "/end"},
    Column{"created", "/created"},
    Column{"problem", "/problem"},
    Column{"share_bytes", "/share/bytes"},
    Column{"share_of_bytes", "/share/of_bytes"},
    Column{"share_amount", "/share/amount"},
    Column{"share_amount_msat", "/share/amount_msat"},
    Column{"share_fee_msat", "/share/fee_msat"},
};

std::string cell_text(const Json& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return value.dump();
  std::string out;
  for (const auto& one : value) out += (out.empty() ? "" : " ") + one.dump();
  return out;
}

}  // namespace

std::string payment_list_json(const std::vector<PaymentLine>& lines, const std::string& next_cursor) {
  auto entries = Json::array();
  for (const auto& line : lines) entries.push_back(describe_payment(line));
  return text_of(Json{{"payments", std::move(entries)}, {"next_cursor", text_or_null(next_cursor)}});
}

std::string payment_list_csv(const std::vector<PaymentLine>& lines) {
  std::vector<std::string> cells;
  for (const auto& column : kColumns) cells.emplace_back(column.name);
  auto out = csv_line(cells);
  for (const auto& line : lines) {
    const auto fields = describe_payment(line);
    cells.clear();
    for (const auto& column : kColumns)
      cells.push_back(cell_text(fields.value(Json::json_pointer(column.field), Json(nullptr))));
    out += csv_line(cells);
  }
  return out;
}

}  // namespace mycostr::api
