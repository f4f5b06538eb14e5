#include "api/events_handler.hpp"

#include "api/render.hpp"
#include "api/text.hpp"
#include "async/timeout.hpp"
#include "base/log.hpp"

namespace mycostr::api {
namespace {

constexpr std::string_view kLastEventId = "Last-Event-ID";
constexpr std::string_view kComment = ":\n\n";
constexpr std::size_t kEventsAtOnce = 100;

class Counted {
 public:
  explicit Counted(std::size_t& count) : count_(count) { ++count_; }
  ~Counted() { --count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  std::size_t& count_;
};

}  // namespace

Task<Outcome<void>> EventsHandler::handle(HttpRequest& request, HttpResponder& responder,
                                          Parameters parameters) {
  if (auto known = parameters.allow_only({}); !known) co_return known;
  auto last_id = context_.events.last_id();
  if (const auto text = request.field(kLastEventId); text && !text->empty()) {
    const auto id = parse_number(*text);
    if (!id) co_return refuse_field(Code::invalid_value, kLastEventId, "This is no id of an event.");
    last_id = std::min(last_id, *id);
  }
  if (streams_ >= kMaxStreams) {
    co_return std::unexpected(overloaded("Too many streams of events are open; close some."));
  }
  const Counted counted(streams_);
  HttpResponseHead head{200, {{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-store"}}, {}};
  if (co_await responder.start(std::move(head))) co_await stream(responder, last_id);
  co_return Outcome<void>();
}

Task<> EventsHandler::stream(HttpResponder& responder, std::uint64_t last_id) {
  auto& events = context_.events;
  bool is_first = true;
  for (;;) {
    const auto page = events.after(last_id, kEventsAtOnce);
    if (page.has_gap && !is_first) {
      log(LogLevel::info, "api", "a reader of events is too slow and is dropped");
      co_return responder.abort();
    }
    // Not an event: what was missed cannot be told, only that something was.
    std::string text = page.has_gap ? ": events were missed\n\n" : "";
    for (const auto& event : page.events) text += event_text(event);
    is_first = false;
    if (!page.events.empty()) last_id = page.events.back().id;
    if (text.empty()) {
      if (co_await async::finish_within(context_.clock, events.wait_beyond(last_id), kHeartbeat)) continue;
      text = kComment;
    }
    if (!co_await responder.write(as_bytes(text))) co_return responder.abort();
  }
}

}  // namespace mycostr::api
