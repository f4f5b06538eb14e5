#include "api/standing_handler.hpp"

#include "api/page.hpp"
#include "api/render.hpp"
#include "files/candidates.hpp"

namespace mycostr::api {

Outcome<Answer> StandingHandler::standing(const Parameters& parameters) const {
  if (auto known = parameters.allow_only({"limit", "cursor", "order"}); !known) {
    return std::unexpected(known.error());
  }
  const auto page = read_page(parameters);
  if (!page) return std::unexpected(page.error());
  const auto after = page->cursor ? StandingPlace::parse(*page->cursor) : std::nullopt;
  if (page->cursor && !after) return no_such_cursor();
  std::map<StandingPlace, reputation::OwnersWord> words;
  for (auto& word : context_.standing.list()) {
    words.emplace(StandingPlace{word.verdict.at, word.owner}, std::move(word));
  }
  std::vector<StandingPlace> places;
  for (const auto& [place, word] : words) places.push_back(place);
  const bool has_more = cut_page(places, after, *page);
  std::vector<reputation::OwnersWord> listed;
  for (const auto& place : places) listed.push_back(std::move(words.at(place)));
  return Answer{
      200, standing_json(listed, context_.standing.warnings(), has_more ? places.back().text() : ""), {}};
}

Outcome<Answer> StandingHandler::reputation(const std::string& id, const Parameters& parameters) const {
  if (auto known = parameters.allow_only({}); !known) return std::unexpected(known.error());
  const auto node = NodeId::from_hex(id);
  const bool is_known =
      node && (context_.directory.find(*node) != nullptr || context_.files.scores.find(*node) != nullptr);
  if (!is_known) return refuse(Code::node_not_found, "No such node is known here.");
  return Answer{200, reputation_json(files::explain_reputation(context_.files, *node)), {}};
}

}  // namespace mycostr::api
