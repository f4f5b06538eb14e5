#include <nlohmann/json.hpp>

#include "api/json.hpp"
#include "api/render.hpp"

namespace mycostr::api {
namespace {

Json milliseconds_or_null(const std::optional<Duration>& duration) {
  return duration ? Json(to_seconds(*duration) * 1000) : Json(nullptr);
}

Json describe_word(const reputation::OwnersWord& word) {
  const auto& verdict = word.verdict;
  return Json{{"owner", word.owner.hex()},
              {"agreement", verdict.agreement.hex()},
              {"epoch", verdict.epoch},
              {"at", to_rfc3339(verdict.at)},
              {"outcome", wire::outcome_name(verdict.outcome)},
              {"state", wire::state_name(verdict.state)},
              {"integrity", word.integrity},
              {"online", word.online},
              {"to_suspension", word.to_suspension},
              {"to_disqualification", word.to_disqualification},
              {"to_no_new_data", word.to_no_new_data},
              {"to_lost", word.to_lost}};
}

Json describe_event(const reputation::Event& event) {
  return Json{{"outcome", reputation::kind_name(event.kind)},
              {"at", to_rfc3339(event.at)},
              {"integrity", event.integrity}};
}

}  // namespace

std::string standing_json(const std::vector<reputation::OwnersWord>& words,
                          const std::vector<std::string>& warnings, const std::string& next_cursor) {
  auto owners = Json::array();
  for (const auto& word : words) owners.push_back(describe_word(word));
  return text_of(Json{
      {"owners", std::move(owners)}, {"warnings", warnings}, {"next_cursor", text_or_null(next_cursor)}});
}

std::string reputation_json(const reputation::Explanation& score) {
  auto last = Json::array();
  for (const auto& event : score.last_verdicts) last.push_back(describe_event(event));
  return text_of(Json{{"integrity", score.integrity},
                      {"online", score.online},
                      {"age", score.age},
                      {"colocation", score.colocation},
                      {"weight", score.weight},
                      {"vetted", score.vetted},
                      {"state", wire::state_name(score.state)},
                      {"last_verdicts", std::move(last)},
                      {"to_recover", text_or_null(score.to_recover)},
                      {"passes_needed", score.passes_needed},
                      {"passed", score.passed},
                      {"failed", score.failed},
                      {"clean_days", score.clean_days},
                      {"windows", score.windows},
                      {"holders_in_subnet", score.holders_in_subnet},
                      {"slow_steps", score.slow_steps},
                      {"step_ms", milliseconds_or_null(score.step)},
                      {"typical_step_ms", milliseconds_or_null(score.typical_step)}});
}

}  // namespace mycostr::api
