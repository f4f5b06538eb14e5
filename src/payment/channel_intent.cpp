// The row of a ChannelIntent.
#include "mycostr/payment_rows.pb.h"
#include "payment/channel_plan.hpp"

namespace mycostr::payment {
namespace {

constexpr int kMaxPoints = 1000;
constexpr std::size_t kMaxWhy = 200;

}  // namespace

std::string encode_row(const ChannelIntent& intent) {
  proto::ChannelIntentRow row;
  row.set_peer(std::string(intent.peer.text()));
  row.set_state(static_cast<std::uint32_t>(intent.state));
  row.set_capacity_sat(intent.capacity_sat);
  row.set_at_unix_ms(to_unix_ms(intent.at));
  row.set_changed_unix_ms(to_unix_ms(intent.changed));
  for (const auto& point : intent.known_points) row.add_known_points(point);
  row.set_point(intent.point);
  row.set_why(intent.why.substr(0, kMaxWhy));
  return row.SerializeAsString();
}

Result<ChannelIntent> decode_intent_row(const LightningKey& key, std::string_view bytes) {
  proto::ChannelIntentRow row;
  const bool parsed = row.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  const auto peer = NodeId::from(as_bytes(row.peer()));
  if (!parsed || !peer || row.state() > static_cast<std::uint32_t>(ChannelIntent::State::failed) ||
      row.known_points_size() > kMaxPoints || row.why().size() > kMaxWhy) {
    return fail(Errc::corrupt, "the row of a channel to " + key.hex());
  }
  return ChannelIntent{.peer = *peer,
                       .key = key,
                       .state = static_cast<ChannelIntent::State>(row.state()),
                       .capacity_sat = row.capacity_sat(),
                       .at = from_unix_ms(row.at_unix_ms()),
                       .changed = from_unix_ms(row.changed_unix_ms()),
                       .known_points = {row.known_points().begin(), row.known_points().end()},
                       .point = row.point(),
                       .why = row.why()};
}

}  // namespace mycostr::payment
