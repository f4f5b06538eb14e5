#include "api/repairs_handler.hpp"

#include "api/page.hpp"
#include "api/render.hpp"
#include "api/text.hpp"

namespace mycostr::api {
namespace {

using repair::RepairState;

constexpr std::size_t kMaxText = 64;

Outcome<std::optional<RepairState>> state_of(const Parameters& parameters) {
  const auto text = parameters.text("state", kMaxText);
  if (!text) return std::unexpected(text.error());
  if (!*text) return std::optional<RepairState>();
  for (const auto state :
       {RepairState::waiting, RepairState::running, RepairState::done, RepairState::failed}) {
    if (repair::repair_state_name(state) == **text) return state;
  }
  return refuse_field(Code::invalid_value, "state", "A repair is waiting, running, done or failed.");
}

}  // namespace

Outcome<Answer> RepairsHandler::list(const Parameters& parameters) const {
  if (auto known = parameters.allow_only({"state", "limit", "cursor", "order"}); !known) {
    return std::unexpected(known.error());
  }
  const auto state = state_of(parameters);
  if (!state) return std::unexpected(state.error());
  const auto page = read_page(parameters);
  if (!page) return std::unexpected(page.error());
  const auto after = page->cursor ? parse_number(*page->cursor) : std::nullopt;
  if (page->cursor && !after) return no_such_cursor();
  std::map<std::uint64_t, repair::RepairRecord> records;
  for (auto& record : context_.repairs.list(*state, kMaxListed))
    records.emplace(record.id, std::move(record));
  std::vector<std::uint64_t> places;
  for (const auto& [id, record] : records) places.push_back(id);
  const bool has_more = cut_page(places, after, *page);
  std::vector<repair::RepairRecord> listed;
  for (const auto id : places) listed.push_back(std::move(records.at(id)));
  return Answer{
      200,
      repair_list_json(listed, has_more ? std::to_string(places.back()) : "", context_.repairs.frozen()),
      {}};
}

}  // namespace mycostr::api
