// GET /events: what happens, as server-sent events.
#pragma once

#include "api/context.hpp"
#include "api/parameters.hpp"

namespace mycostr::api {

/// Loop thread only. References outlive it.
class EventsHandler {
 public:
  /// Streams at once; more are refused with overloaded.
  static constexpr std::size_t kMaxStreams = 32;
  /// A comment is sent where nothing has happened for so long, so that both sides see that the other is
  /// there.
  static constexpr Duration kHeartbeat = std::chrono::seconds(15);

  explicit EventsHandler(ApiContext& context) : context_(context) {}

  /// What comes after Last-Event-ID (0: all that is kept), or else from now on. Does not return before the
  /// client is gone or cannot keep up: then the connection is cut.
  Task<Outcome<void>> handle(HttpRequest& request, HttpResponder& responder, Parameters parameters);

 private:
  Task<> stream(HttpResponder& responder, std::uint64_t last_id);

  ApiContext& context_;
  std::size_t streams_ = 0;
};

}  // namespace mycostr::api
