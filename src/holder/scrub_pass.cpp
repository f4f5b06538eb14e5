#include "holder/scrub_pass.hpp"

#include "base/bytes.hpp"

namespace mycostr::holder {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::uint8_t kRunning = 1;
constexpr std::uint8_t kUrgent = 2;
constexpr std::uint8_t kStarted = 4;
constexpr std::uint8_t kPosition = 8;
constexpr std::size_t kNumbersEnd = 2 + 3 * 8;
constexpr std::size_t kRowSize = kNumbersEnd + NodeId::kSize + ShardId::kSize;

}  // namespace

std::string encode(const ScrubPass& pass) {
  std::string row;
  row += static_cast<char>(kFormat);
  row += static_cast<char>((pass.is_running ? kRunning : 0) | (pass.is_urgent ? kUrgent : 0) |
                           (pass.started ? kStarted : 0) | (pass.position ? kPosition : 0));
  append_be64(row, pass.started ? static_cast<std::uint64_t>(to_unix_ms(*pass.started)) : 0);
  append_be64(row, pass.bytes_done.value);
  append_be64(row, pass.bad_shards);
  const auto position = pass.position.value_or(ShardKey());
  row += position.owner.text();
  row += position.shard.text();
  return row;
}

std::optional<ScrubPass> decode_scrub_pass(ByteView row) {
  if (row.size() != kRowSize || row[0] != kFormat) return std::nullopt;
  const auto flags = row[1];
  ScrubPass pass;
  pass.is_running = (flags & kRunning) != 0;
  pass.is_urgent = (flags & kUrgent) != 0;
  const auto started = read_be64(row.subspan(2, 8));
  if (started >= 1ULL << 48) return std::nullopt;
  if ((flags & kStarted) != 0) pass.started = from_unix_ms(static_cast<std::int64_t>(started));
  pass.bytes_done = {read_be64(row.subspan(10, 8))};
  pass.bad_shards = read_be64(row.subspan(18, 8));
  if ((flags & kPosition) != 0) {
    pass.position = ShardKey{*NodeId::from(row.subspan(kNumbersEnd, NodeId::kSize)),
                             *ShardId::from(row.subspan(kNumbersEnd + NodeId::kSize))};
  }
  if (pass.is_running && !pass.started) return std::nullopt;
  return pass;
}

}  // namespace mycostr::holder
