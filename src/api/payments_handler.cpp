#include "api/payments_handler.hpp"

#include "api/list_place.hpp"
#include "api/render.hpp"

namespace mycostr::api {
namespace {

using Place = ListPlace<payment::PaymentId>;

constexpr std::size_t kMaxText = 128;

Outcome<std::optional<payment::Direction>> direction_of(const Parameters& parameters) {
  const auto text = parameters.text("direction", kMaxText);
  if (!text) return std::unexpected(text.error());
  if (!*text) return std::optional<payment::Direction>();
  for (const auto direction : {payment::Direction::out, payment::Direction::in}) {
    if (payment::direction_name(direction) == **text) return direction;
  }
  return refuse_field(Code::invalid_value, "direction", "A payment's direction is out or in.");
}

Outcome<std::optional<NodeId>> peer_of(const Parameters& parameters) {
  const auto text = parameters.text("peer", kMaxText);
  if (!text) return std::unexpected(text.error());
  if (!*text) return std::optional<NodeId>();
  const auto id = NodeId::from_hex(**text);
  if (!id) return refuse_field(Code::invalid_value, "peer", "A node's id is 64 lower-case hex digits.");
  return id;
}

/// Everything but the file.
Outcome<payment::PaymentFilter> filter_of(const Parameters& parameters, const Page& page) {
  payment::PaymentFilter out;
  const auto direction = direction_of(parameters);
  if (!direction) return std::unexpected(direction.error());
  const auto peer = peer_of(parameters);
  if (!peer) return std::unexpected(peer.error());
  const auto since = read_time(parameters, "since");
  if (!since) return std::unexpected(since.error());
  const auto after = page.cursor ? Place::parse(*page.cursor) : std::nullopt;
  if (page.cursor && !after) return no_such_cursor();
  out.direction = *direction;
  out.peer = *peer;
  out.since = *since;
  if (after) out.after.emplace(after->at, after->id);
  out.newest_first = page.descending;
  out.limit = page.limit + 1;  // the one more says whether there are more
  return out;
}

}  // namespace

Task<Outcome<PaymentsHandler::MaybeFile>> PaymentsHandler::file_of(Parameters parameters) {
  const auto text = parameters.text("file", kMaxText);
  if (!text) co_return std::unexpected(text.error());
  if (!*text) co_return MaybeFile();
  const auto id = parse_file_id(**text);
  if (!id) {
    co_return refuse_field(Code::invalid_value, "file", "A file's id is 26 characters of lower-case base32.");
  }
  auto file = co_await context_.catalog.find(*id);
  if (!file) co_return std::unexpected(storage_failed("looking for a file", file.error()));
  if (!*file) co_return refuse(Code::file_not_found, "There is no such file here.");
  auto places = co_await places_of(context_.catalog, **file);
  if (!places) co_return std::unexpected(storage_failed("reading a file's chunks", places.error()));
  co_return MaybeFile(AskedFile{std::move(**file), std::move(*places)});
}

void PaymentsHandler::limit_to(const AskedFile& file, payment::PaymentFilter& filter) const {
  const auto& holders = file.places.holders;
  auto& agreements = filter.agreements.emplace();
  for (const auto& [id, agreement] : context_.agreements.all()) {
    if (agreement.role == agreement::Role::owner && holders.contains(agreement.peer)) agreements.insert(id);
  }
  for (const auto& [id, account] : context_.payments.ledger().all()) {
    if (account.role == agreement::Role::owner && holders.contains(account.peer)) agreements.insert(id);
  }
  filter.since = std::max(filter.since.value_or(file.info.created), file.info.created);
}

FileShare PaymentsHandler::share_of(const AskedFile& file, const payment::Payment& payment) const {
  const bool is_for_later = payment.settlement.end > file.info.created;
  return is_for_later ? file.places.share(context_.agreements, payment.settlement.peer) : FileShare();
}

Task<Outcome<Answer>> PaymentsHandler::list(Parameters parameters, bool as_csv) {
  if (auto known = parameters.allow_only({"direction", "peer", "file", "since", "limit", "cursor", "order"});
      !known) {
    co_return std::unexpected(known.error());
  }
  const auto page = read_page(parameters);
  if (!page) co_return std::unexpected(page.error());
  auto filter = filter_of(parameters, *page);
  if (!filter) co_return std::unexpected(filter.error());
  const auto file = co_await file_of(parameters);
  if (!file) co_return std::unexpected(file.error());
  if (*file) limit_to(**file, *filter);
  auto payments = co_await context_.payments.book().list(std::move(*filter));
  if (!payments) co_return std::unexpected(storage_failed("reading payments", payments.error()));
  const bool has_more = payments->size() > page->limit;
  if (has_more) payments->pop_back();
  std::vector<PaymentLine> lines;
  for (auto& payment : *payments) {
    const auto share = *file ? std::optional(share_of(**file, payment)) : std::nullopt;
    lines.push_back({std::move(payment), share});
  }
  const auto cursor =
      has_more ? Place{lines.back().payment.created, lines.back().payment.id}.text() : std::string();
  Answer answer{
      200, as_csv ? payment_list_csv(lines) : payment_list_json(lines, cursor), {{"Vary", "Accept"}}};
  if (as_csv) {
    answer.content_type = "text/csv; charset=utf-8; header=present";
    if (has_more) answer.fields.push_back({"Next-Cursor", cursor});
  }
  co_return answer;
}

}  // namespace mycostr::api
