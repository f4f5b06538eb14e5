#include "api/retrieve_handler.hpp"

#include "async/cancel.hpp"
#include "async/timeout.hpp"
#include "base/log.hpp"

namespace mycostr::api {
namespace {

constexpr std::uint64_t kDefaultTimeout = 30;
constexpr std::uint64_t kMaxTimeout = 86'400;

ApiError read_error(const files::ReadFailure& failure) {
  if (failure.error.code == Errc::not_enough) {
    return {.code = Code::not_enough_shards,
            .detail = "No holder gives a good copy of a chunk: " + failure.error.detail +
                      ". Try again when more nodes are back.",
            .index = failure.chunk_index};
  }
  if (failure.error.code == Errc::overloaded)
    return overloaded("This node is busy: " + failure.error.detail + ".");
  return storage_failed("reading a file", failure.error);
}

ApiError timed_out() {
  return {.code = Code::timeout,
          .detail = "No byte of the file could be had in time; try again, or raise timeout."};
}

}  // namespace

Task<Outcome<void>> RetrieveHandler::handle(HttpRequest& request, HttpResponder& responder, std::string id,
                                            Parameters parameters) {
  const auto started = context_.clock.now();
  if (auto known = parameters.allow_only({"decrypt", "timeout"}); !known) co_return known;
  const auto decrypt = parameters.boolean("decrypt", true);
  if (!decrypt) co_return std::unexpected(decrypt.error());
  const auto timeout = parameters.number("timeout", kDefaultTimeout, 1, kMaxTimeout);
  if (!timeout) co_return std::unexpected(timeout.error());
  const auto file_id = parse_file_id(id);
  if (!file_id) co_return refuse(Code::file_not_found, "There is no such file here.");
  auto file = co_await context_.catalog.find(*file_id);
  if (!file) co_return std::unexpected(storage_failed("looking for a file", file.error()));
  if (!*file) co_return refuse(Code::file_not_found, "There is no such file here.");

  const auto form = *decrypt ? files::Form::plaintext : files::Form::ciphertext;
  const auto if_none_match = request.list_field("If-None-Match");
  RetrieveConditions conditions{if_none_match, request.field("If-Range"), request.field("Range")};
  if (request.field_count("Range") > 1) conditions.range.reset();
  auto plan = plan_retrieve(**file, form, request.method() == "HEAD", conditions);
  if (!plan) co_return std::unexpected(plan.error());
  if (plan->range.begin < plan->range.end) {
    if (metrics_.transfers >= context_.settings.max_transfers) {
      co_return std::unexpected(overloaded("Too many transfers are under way; try again later."));
    }
    const TransferSlot slot(metrics_);
    co_return co_await send_range(responder, std::move(**file), form, std::move(*plan),
                                  std::chrono::seconds(*timeout), started);
  }
  // Whoever is not there to take the head needs no other word.
  if (co_await responder.start(std::move(plan->head))) co_await responder.finish();
  co_return Outcome<void>();
}

Task<Outcome<void>> RetrieveHandler::send_range(HttpResponder& responder, files::FileInfo file,
                                                files::Form form, RetrievePlan plan, Duration timeout,
                                                SteadyTime started) {
  const auto reader = context_.retrieve.read(file, plan.range, form);
  std::exception_ptr thrown;
  Outcome<void> outcome;
  try {
    outcome = co_await send_pieces(responder, *reader, std::move(plan.head), timeout, started);
  } catch (...) {
    thrown = std::current_exception();
  }
  co_await async::begin_cleanup();
  co_await reader->close();
  co_await async::end_cleanup();
  if (thrown) std::rethrow_exception(thrown);
  co_return outcome;
}

Task<Outcome<void>> RetrieveHandler::send_pieces(HttpResponder& responder, files::FileReader& reader,
                                                 HttpResponseHead head, Duration timeout,
                                                 SteadyTime started) {
  auto& clock = context_.clock;
  auto piece = co_await next_within(reader, timeout - (clock.now() - started));
  if (!piece) co_return std::unexpected(timed_out());
  if (!*piece) co_return std::unexpected(read_error(piece->error()));
  metrics_.first_byte.add(clock.now() - started);
  if (!co_await responder.start(std::move(head))) co_return Outcome<void>();
  while (piece && *piece && **piece) {
    const auto& bytes = ***piece;
    if (!co_await responder.write(bytes.view())) co_return Outcome<void>();
    metrics_.count_out(clock.now(), bytes.size());
    piece = co_await next_within(reader, timeout);
  }
  if (piece && *piece) {
    if (co_await responder.finish()) ++metrics_.retrieves;
    co_return Outcome<void>();
  }
  // Too late for another answer: an incomplete one must not look complete.
  log(LogLevel::warn, "api", "a file is cut short: {}",
      piece ? to_string(piece->error().error) : "no piece came within the timeout");
  ++metrics_.cut_short;
  responder.abort();
  co_return Outcome<void>();
}

Task<std::optional<RetrieveHandler::Piece>> RetrieveHandler::next_within(files::FileReader& reader,
                                                                         Duration limit) {
  // Not a lambda: its captures would have to outlive it.
  struct Take {
    static Task<> into(std::optional<Piece>& out, files::FileReader& from) {
      out.emplace(co_await from.next());
    }
  };
  std::optional<Piece> piece;
  co_await async::finish_within(context_.clock, Take::into(piece, reader), limit);
  co_return piece;
}

}  // namespace mycostr::api
