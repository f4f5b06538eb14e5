#include "api/statements_handler.hpp"

#include "api/page.hpp"
#include "api/render.hpp"
#include "api/text.hpp"

namespace mycostr::api {

Task<Outcome<Answer>> StatementsHandler::list(std::string agreement, Parameters parameters) {
  if (auto known = parameters.allow_only({"limit", "cursor", "order"}); !known)
    co_return std::unexpected(known.error());
  auto& payments = context_.payments;
  const auto id = AgreementId::from_hex(agreement);
  // Statements outlast their agreement.
  const bool is_known =
      id && (context_.agreements.find(*id) != nullptr || payments.ledger().find(*id) != nullptr);
  if (!is_known) co_return refuse(Code::agreement_not_found, "There is no such agreement here.");
  const auto page = read_page(parameters);
  if (!page) co_return std::unexpected(page.error());
  const auto after = page->cursor ? parse_number(*page->cursor) : std::optional<std::uint64_t>(0);
  if (!after || (page->cursor && *after == 0)) co_return no_such_cursor();
  // The one more says whether there are more.
  auto rows = co_await payments.ledger().statements(*id, *after, page->limit + 1, page->descending);
  if (!rows) co_return std::unexpected(storage_failed("reading statements", rows.error()));
  const bool has_more = rows->size() > page->limit;
  if (has_more) rows->pop_back();
  co_return Answer{200,
                   statement_list_json(*rows, payments.settings().period,
                                       has_more ? std::to_string(rows->back().statement.number) : ""),
                   {}};
}

}  // namespace mycostr::api
