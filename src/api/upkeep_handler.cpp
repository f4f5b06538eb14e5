#include "api/upkeep_handler.hpp"

#include "api/render.hpp"
#include "base/log.hpp"

namespace mycostr::api {

Outcome<Answer> UpkeepHandler::show_scrub(const Parameters& parameters) const {
  if (auto known = parameters.allow_only({}); !known) return std::unexpected(known.error());
  return Answer{200, scrub_json(context_.scrubber.status()), {}};
}

Outcome<Answer> UpkeepHandler::start_scrub(const Parameters& parameters) {
  if (auto known = parameters.allow_only({}); !known) return std::unexpected(known.error());
  context_.scrubber.start_now();
  log(LogLevel::info, "api", "a scrub was asked for");
  return Answer{202, scrub_json(context_.scrubber.status()), {}};
}

Outcome<Answer> UpkeepHandler::show_drain(const Parameters& parameters) const {
  if (auto known = parameters.allow_only({}); !known) return std::unexpected(known.error());
  return Answer{200, drain_json(context_.drain.status()), {}};
}

Task<Outcome<Answer>> UpkeepHandler::start_drain(Parameters parameters) {
  if (auto known = parameters.allow_only({}); !known) co_return std::unexpected(known.error());
  const auto started = co_await context_.drain.start();
  if (!started) co_return std::unexpected(storage_failed("beginning to drain", started.error()));
  co_return Answer{202, drain_json(context_.drain.status()), {}};
}

Task<Outcome<Answer>> UpkeepHandler::stop_drain(Parameters parameters) {
  if (auto known = parameters.allow_only({}); !known) co_return std::unexpected(known.error());
  const auto stopped = co_await context_.drain.stop();
  if (!stopped) co_return std::unexpected(storage_failed("ending a drain", stopped.error()));
  co_return Answer{204, "", {}};
}

}  // namespace mycostr::api
