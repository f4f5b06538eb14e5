#include "repair/rows.hpp"

namespace mycostr::repair {
namespace {

constexpr std::string_view kHolders = "rh/";
constexpr std::string_view kLosses = "rl/";
constexpr std::size_t kPage = 1000;
/// Far more than a chunk ever has.
constexpr std::size_t kMaxLossesOfChunk = 1000;

std::string chunk_prefix(const ChunkKey& chunk) {
  auto out = std::string(kLosses) + std::string(chunk.file.text());
  append_be64(out, chunk.index);
  return out;
}

std::unexpected<Error> corrupt() {
  return fail(Errc::corrupt, "repair: a row cannot be read");
}

}  // namespace

KeyValue encode(const HolderRow& row) {
  KeyValue out{std::string(kHolders) + std::string(row.holder.text()), {}};
  out.value.push_back(static_cast<char>(row.state));
  append_be64(out.value, static_cast<std::uint64_t>(to_unix_ms(row.since)));
  return out;
}

Result<HolderRow> decode_holder_row(const KeyValue& row) {
  const auto id =
      row.key.starts_with(kHolders) ? NodeId::from(as_bytes(row.key).subspan(kHolders.size())) : std::nullopt;
  if (!id || row.value.size() != 9) return corrupt();
  const auto state = static_cast<std::uint8_t>(row.value[0]);
  const auto since = read_be64(as_bytes(row.value).last(8));
  constexpr std::uint64_t kMaxMs = std::uint64_t{1} << 48;
  if (state > static_cast<std::uint8_t>(HolderState::returning) || since > kMaxMs) return corrupt();
  return HolderRow{*id, static_cast<HolderState>(state), from_unix_ms(static_cast<std::int64_t>(since))};
}

KeyValue encode(const LossRow& row) {
  KeyValue out{chunk_prefix(row.chunk) + std::string(row.shard.text()), std::string(row.holder.text())};
  out.value.push_back(static_cast<char>(row.reason));
  return out;
}

Result<LossRow> decode_loss_row(const KeyValue& row) {
  constexpr auto kIndexAt = kLosses.size() + FileId::kSize;
  constexpr auto kShardAt = kIndexAt + 8;
  if (!row.key.starts_with(kLosses) || row.key.size() != kShardAt + ShardId::kSize ||
      row.value.size() != NodeId::kSize + 1) {
    return corrupt();
  }
  const auto key = as_bytes(row.key);
  const auto reason = static_cast<Reason>(row.value.back());
  if (reason != Reason::failed_audit && reason != Reason::rot) return corrupt();
  LossRow out;
  out.chunk.file = *FileId::from(key.subspan(kLosses.size(), FileId::kSize));
  out.chunk.index = read_be64(key.subspan(kIndexAt, 8));
  out.shard = *ShardId::from(key.subspan(kShardAt));
  out.holder = *NodeId::from(as_bytes(row.value).first(NodeId::kSize));
  out.reason = reason;
  return out;
}

Task<Result<std::vector<HolderRow>>> Rows::holders() {
  std::vector<HolderRow> out;
  std::string after;
  for (bool more = true; more;) {
    const auto rows = co_await store_.scan({std::string(kHolders), after, kPage});
    if (!rows) co_return std::unexpected(rows.error());
    for (const auto& row : *rows) {
      const auto holder = decode_holder_row(row);
      if (!holder) co_return std::unexpected(holder.error());
      out.push_back(*holder);
    }
    more = rows->size() == kPage;
    if (more) after = rows->back().key;
  }
  co_return out;
}

Task<Result<void>> Rows::put_holder(HolderRow row) {
  auto encoded = encode(row);
  WriteBatch batch;
  batch.put(std::move(encoded.key), std::move(encoded.value));
  co_return co_await store_.commit(std::move(batch), Durability::buffered);
}

Task<Result<void>> Rows::erase_holder(NodeId holder) {
  WriteBatch batch;
  batch.erase(std::string(kHolders) + std::string(holder.text()));
  co_return co_await store_.commit(std::move(batch), Durability::buffered);
}

Task<Result<std::vector<LossRow>>> Rows::scan_losses(ScanRequest request) {
  const auto rows = co_await store_.scan(std::move(request));
  if (!rows) co_return std::unexpected(rows.error());
  std::vector<LossRow> out;
  for (const auto& row : *rows) {
    auto loss = decode_loss_row(row);
    if (!loss) co_return std::unexpected(loss.error());
    out.push_back(std::move(*loss));
  }
  co_return out;
}

Task<Result<std::vector<LossRow>>> Rows::losses(std::optional<LossRow> after, std::size_t limit) {
  co_return co_await scan_losses({std::string(kLosses), after ? encode(*after).key : "", limit});
}

Task<Result<std::vector<LossRow>>> Rows::losses_of(ChunkKey chunk) {
  co_return co_await scan_losses({chunk_prefix(chunk), "", kMaxLossesOfChunk});
}

Task<Result<void>> Rows::put_losses(std::vector<LossRow> rows) {
  WriteBatch batch;
  for (const auto& row : rows) {
    auto encoded = encode(row);
    batch.put(std::move(encoded.key), std::move(encoded.value));
  }
  co_return co_await store_.commit(std::move(batch), Durability::synced);
}

Task<Result<void>> Rows::erase_losses(std::vector<LossRow> rows) {
  WriteBatch batch;
  for (const auto& row : rows) batch.erase(encode(row).key);
  co_return co_await store_.commit(std::move(batch), Durability::buffered);
}

}  // namespace mycostr::repair
