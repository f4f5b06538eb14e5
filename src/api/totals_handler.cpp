#include "api/totals_handler.hpp"

#include "api/time_text.hpp"

namespace mycostr::api {
namespace {

constexpr std::size_t kMaxText = 64;
/// Files that are asked for at once.
constexpr std::size_t kFilesAtOnce = 10;

void add(TotalsLine& line, const payment::PaymentTotals& totals) {
  line.out.value += totals.out.value;
  line.in.value += totals.in.value;
  line.fees.value += totals.fees.value;
}

void add_owed(TotalsLine& line, const payment::Account& account) {
  auto& accrued = account.role == agreement::Role::owner ? line.accrued_out : line.accrued_in;
  accrued.value += account.owed().value;
}

std::string day_text(WallTime time) {
  return to_rfc3339(time).substr(0, 10);
}

/// The page of what is keyed by `key`, a text whose order is the list's.
Answer answer_with(std::map<std::string, TotalsLine> lines, const Page& page) {
  std::vector<std::string> keys;
  for (const auto& [key, line] : lines) keys.push_back(key);
  const bool has_more = cut_page(keys, page.cursor, page);
  std::vector<TotalsLine> listed;
  for (const auto& key : keys) listed.push_back(std::move(lines.at(key)));
  return {200, totals_json(listed, has_more ? keys.back() : ""), {}};
}

}  // namespace

TotalsHandler::ByPeer TotalsHandler::by_peer() const {
  ByPeer out;
  for (const auto& [peer, totals] : context_.payments.book().totals_by_peer()) add(out.lines[peer], totals);
  for (const auto& [id, account] : context_.payments.ledger().all()) {
    add_owed(out.lines[account.peer], account);
    if (account.role != agreement::Role::owner) continue;
    auto& end = out.counted_to[account.peer];
    end = std::max(end, account.end);
  }
  return out;
}

Outcome<Answer> TotalsHandler::peers(const Page& page) const {
  if (page.cursor && !NodeId::from_hex(*page.cursor)) return no_such_cursor();
  std::map<std::string, TotalsLine> lines;
  for (auto& [peer, line] : by_peer().lines) {
    auto& entry = lines[peer.hex()];
    entry = line;
    entry.key = peer.hex();
  }
  return answer_with(std::move(lines), page);
}

Outcome<Answer> TotalsHandler::days(const Page& page) const {
  if (page.cursor && (page.cursor->size() != 10 || !parse_rfc3339(*page.cursor + "T00:00:00Z")))
    return no_such_cursor();
  std::map<std::string, TotalsLine> lines;
  for (const auto& [day, totals] : context_.payments.book().totals_by_day())
    add(lines[day_text(WallTime(std::chrono::days(day)))], totals);
  for (const auto& [id, account] : context_.payments.ledger().all()) {
    if (account.owed().value > 0) add_owed(lines[day_text(account.owed_since)], account);
  }
  for (auto& [day, line] : lines) line.key = day;
  return answer_with(std::move(lines), page);
}

Task<Result<FilePlaces>> TotalsHandler::add_file(std::vector<TotalsLine>& lines, files::FileInfo file) const {
  auto places = co_await places_of(context_.catalog, file);
  if (!places) co_return places;
  std::map<NodeId, payment::PaymentTotals> paid;
  for (const auto& flow : context_.payments.book().flows(file.created)) {
    if (flow.direction != payment::Direction::out || !places->holders.contains(flow.peer)) continue;
    if (flow.end <= file.created) continue;
    paid[flow.peer].out.value += flow.amount.value;
    paid[flow.peer].fees.value += flow.fee.value;
  }
  const auto peers = by_peer();
  TotalsLine line{.key = file_id_text(file.id)};
  for (const auto& [holder, bytes] : places->holders) {
    const auto totals = peers.lines.find(holder);
    if (totals == peers.lines.end()) continue;
    const auto share = places->share(context_.agreements, holder);
    line.out.value += share.part(paid[holder].out).value;
    line.fees.value += share.part(paid[holder].fees).value;
    const auto end = peers.counted_to.find(holder);
    if (end != peers.counted_to.end() && end->second > file.created)
      line.accrued_out.value += share.part(totals->second.accrued_out).value;
  }
  lines.push_back(std::move(line));
  co_return places;
}

Task<Outcome<Answer>> TotalsHandler::files(Page page) const {
  const auto limit = std::min(page.limit, kMaxFiles);
  auto cursor = page.cursor.value_or("");
  if (page.cursor && cursor.empty()) co_return no_such_cursor();
  std::vector<TotalsLine> lines;
  std::uint64_t rows = 0;
  do {
    auto list = co_await context_.catalog.list(
        {"", cursor, std::min(kFilesAtOnce, limit - lines.size()), page.descending});
    if (!list && list.error().code == Errc::invalid) co_return no_such_cursor();
    if (!list) co_return std::unexpected(storage_failed("listing files", list.error()));
    for (auto& file : list->files) {
      const auto places = co_await add_file(lines, std::move(file));
      if (!places) co_return std::unexpected(storage_failed("reading a file's chunks", places.error()));
      rows += places->rows;
    }
    cursor = list->next_cursor;
  } while (!cursor.empty() && lines.size() < limit && rows < kMaxRows);
  co_return Answer{200, totals_json(lines, cursor), {}};
}

Task<Outcome<Answer>> TotalsHandler::totals(Parameters parameters) {
  if (auto known = parameters.allow_only({"by", "limit", "cursor", "order"}); !known)
    co_return std::unexpected(known.error());
  const auto by = parameters.text("by", kMaxText);
  if (!by) co_return std::unexpected(by.error());
  auto page = read_page(parameters);
  if (!page) co_return std::unexpected(page.error());
  const auto what = by->value_or("peer");
  if (what == "peer") co_return peers(*page);
  if (what == "day") co_return days(*page);
  if (what == "file") co_return co_await files(std::move(*page));
  co_return refuse_field(Code::invalid_value, "by", "Totals are by peer, file or day.");
}

}  // namespace mycostr::api
