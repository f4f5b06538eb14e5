#include "api/audits_handler.hpp"

#include "api/list_place.hpp"
#include "api/page.hpp"
#include "api/render.hpp"

namespace mycostr::api {
namespace {

using Place = ListPlace<audit::AuditId>;

constexpr std::size_t kMaxText = 64;

Outcome<std::optional<AgreementId>> agreement_of(const Parameters& parameters) {
  const auto text = parameters.text("agreement", kMaxText);
  if (!text) return std::unexpected(text.error());
  if (!*text) return std::optional<AgreementId>();
  const auto id = AgreementId::from_hex(**text);
  if (!id)
    return refuse_field(Code::invalid_value, "agreement", "An agreement's id is 32 lower-case hex digits.");
  return id;
}

Outcome<std::optional<audit::Outcome>> outcome_of(const Parameters& parameters) {
  const auto text = parameters.text("outcome", kMaxText);
  if (!text) return std::unexpected(text.error());
  if (!*text) return std::optional<audit::Outcome>();
  using enum audit::Outcome;
  for (const auto outcome : {passed, failed, offline, contained, unknown}) {
    if (wire::outcome_name(outcome) == **text) return outcome;
  }
  return refuse_field(Code::invalid_value, "outcome",
                      "An audit's outcome is passed, failed, offline, contained or unknown.");
}

}  // namespace

Outcome<Answer> AuditsHandler::list(const Parameters& parameters) const {
  if (auto known = parameters.allow_only({"agreement", "outcome", "since", "limit", "cursor", "order"});
      !known) {
    return std::unexpected(known.error());
  }
  audit::Filter filter;
  const auto agreement = agreement_of(parameters);
  if (!agreement) return std::unexpected(agreement.error());
  const auto outcome = outcome_of(parameters);
  if (!outcome) return std::unexpected(outcome.error());
  const auto since = read_time(parameters, "since");
  if (!since) return std::unexpected(since.error());
  const auto page = read_page(parameters);
  if (!page) return std::unexpected(page.error());
  const auto after = page->cursor ? Place::parse(*page->cursor) : std::nullopt;
  if (page->cursor && !after) return no_such_cursor();
  filter.agreement = *agreement;
  filter.outcome = *outcome;
  filter.since = *since;
  if (after) filter.after.emplace(after->at, after->id);
  filter.newest_first = page->descending;
  filter.limit = page->limit + 1;  // the one more says whether there are more
  auto audits = context_.audits.list(filter);
  const bool has_more = audits.size() > page->limit;
  if (has_more) audits.pop_back();
  return Answer{
      200, audit_list_json(audits, has_more ? Place{audits.back().at, audits.back().id}.text() : ""), {}};
}

Outcome<Answer> AuditsHandler::ask(const Parameters& parameters) {
  if (auto known = parameters.allow_only({"agreement"}); !known) return std::unexpected(known.error());
  const auto id = agreement_of(parameters);
  if (!id) return std::unexpected(id.error());
  if (!*id) return refuse_field(Code::invalid_value, "agreement", "Which agreement is to be audited?");
  const auto* agreement = context_.agreements.find(**id);
  if (agreement == nullptr) return refuse(Code::agreement_not_found, "There is no such agreement here.");
  if (agreement->role == agreement::Role::holder) {
    return refuse(Code::not_auditable, "This node is the holder of this agreement; its owner audits it.");
  }
  const auto asked = context_.auditor.request_now(**id);
  if (asked) return Answer{202, accepted_audit_json(**id), {}};
  if (asked.error().code == Errc::overloaded) {
    return std::unexpected(overloaded("An audit cannot begin now: " + asked.error().detail + "."));
  }
  return refuse(Code::not_auditable, "This agreement cannot be audited: " + asked.error().detail + ".");
}

Task<Outcome<Answer>> AuditsHandler::transcript(std::string id, Parameters parameters) {
  if (auto known = parameters.allow_only({}); !known) co_return std::unexpected(known.error());
  const auto parsed = audit::AuditId::from_hex(id);
  if (!parsed) co_return refuse(Code::audit_not_found, "There is no such audit here.");
  const auto transcript = co_await context_.audits.transcript(*parsed);
  if (!transcript && transcript.error().code == Errc::not_found) {
    co_return refuse(
        Code::audit_not_found,
        "There is no transcript of such an audit here: those without an answer have none, and old "
        "ones are deleted.");
  }
  if (!transcript) co_return std::unexpected(storage_failed("reading a transcript", transcript.error()));
  Answer answer{200, std::string(as_text(*transcript)), {}};
  answer.content_type = "application/octet-stream";
  co_return answer;
}

}  // namespace mycostr::api
