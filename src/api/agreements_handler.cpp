#include "api/agreements_handler.hpp"

#include "api/list_place.hpp"
#include "api/page.hpp"
#include "api/render.hpp"

namespace mycostr::api {

using Place = ListPlace<AgreementId>;

Outcome<Answer> AgreementsHandler::list(const Parameters& parameters) const {
  if (auto known = parameters.allow_only({"limit", "cursor", "order"}); !known) {
    return std::unexpected(known.error());
  }
  const auto page = read_page(parameters);
  if (!page) return std::unexpected(page.error());
  const auto after = page->cursor ? Place::parse(*page->cursor) : std::nullopt;
  if (page->cursor && !after) return no_such_cursor();
  std::vector<Place> places;
  for (const auto& [id, agreement] : context_.agreements.all()) places.push_back({agreement.terms.since, id});
  const bool has_more = cut_page(places, after, *page);
  std::vector<const agreement::Agreement*> agreements;
  for (const auto& place : places) agreements.push_back(context_.agreements.find(place.id));
  return Answer{
      200, agreement_list_json(agreements, context_.payments, has_more ? places.back().text() : ""), {}};
}

Outcome<Answer> AgreementsHandler::show(const std::string& id, const Parameters& parameters) const {
  if (auto known = parameters.allow_only({}); !known) return std::unexpected(known.error());
  const auto parsed = AgreementId::from_hex(id);
  const auto* agreement = parsed ? context_.agreements.find(*parsed) : nullptr;
  if (agreement == nullptr) return refuse(Code::agreement_not_found, "There is no such agreement here.");
  return Answer{200, agreement_json(*agreement, context_.payments), {}};
}

}  // namespace mycostr::api
