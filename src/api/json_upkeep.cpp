#include <nlohmann/json.hpp>

#include "api/json.hpp"
#include "api/render.hpp"

namespace mycostr::api {
std::string scrub_json(const holder::ScrubStatus& scrub) {
  return text_of(Json{{"started", time_or_null(scrub.started)},
                      {"running", scrub.is_running},
                      {"position", scrub.position ? Json(scrub.position->shard.hex()) : Json(nullptr)},
                      {"bytes_done", scrub.bytes_done.value},
                      {"bytes_total", scrub.bytes_total.value},
                      {"bad_shards", scrub.bad_shards}});
}

std::string drain_json(const holder::DrainStatus& drain) {
  return text_of(Json{{"state", holder::drain_state_name(drain.state)},
                      {"started", time_or_null(drain.started)},
                      {"shards_left", drain.shards_left},
                      {"bytes_left", drain.bytes_left.value},
                      {"receipts", drain.receipts}});
}

}  // namespace mycostr::api
