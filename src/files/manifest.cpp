#include "files/manifest.hpp"

#include "mycostr/catalog.pb.h"

namespace mycostr::files {
namespace {

constexpr std::string_view kCopies = "copies";  // the only coding so far

std::string text_of(ByteView bytes) {
  return std::string(as_text(bytes));
}
Bytes bytes_of(const std::string& text) {
  return Bytes(text.begin(), text.end());
}

bool read_shard(const proto::ShardRow& row, ShardInfo& out) {
  const auto id = ShardId::from(as_bytes(row.id()));
  const auto holder = NodeId::from(as_bytes(row.holder()));
  if (!id || !holder) return false;
  out = {*id, row.replica(), *holder, bytes_of(row.receipt()), from_unix_ms(row.stored_unix_ms())};
  return true;
}

}  // namespace

std::string encode(const FileInfo& file) {
  proto::FileRow row;
  row.set_name(file.name);
  row.set_content_type(file.content_type);
  row.set_size(file.size);
  row.set_created_unix_ms(to_unix_ms(file.created));
  row.set_chunk_count(file.chunk_count);
  row.set_redundancy(file.redundancy);
  row.set_chunk_size(file.chunk_size);
  row.set_wrapped_secrets(text_of(file.wrapped_secrets));
  row.set_coding(std::string(kCopies));
  row.set_idempotency_key_hash(text_of(file.idempotency_key_hash));
  for (const auto& area : file.areas) row.add_areas(area);
  return row.SerializeAsString();
}

std::string encode(const ChunkInfo& chunk) {
  proto::ChunkRow row;
  row.set_id(text_of(chunk.id.view()));
  row.set_size(chunk.size.value);
  row.set_tag(text_of(chunk.tag.view()));
  row.set_is_last(chunk.is_last);
  for (const auto& shard : chunk.shards) {
    auto* added = row.add_shards();
    added->set_id(text_of(shard.id.view()));
    added->set_replica(shard.replica);
    added->set_holder(text_of(shard.holder.view()));
    added->set_receipt(text_of(shard.receipt));
    added->set_stored_unix_ms(to_unix_ms(shard.stored));
  }
  return row.SerializeAsString();
}

Result<FileInfo> decode_file(const FileId& id, std::string_view text) {
  proto::FileRow row;
  const bool fits = row.ParseFromArray(text.data(), static_cast<int>(text.size())) &&
                    row.coding() == kCopies && row.chunk_size() > 0 && row.chunk_size() <= kMaxChunkSize &&
                    row.chunk_count() == round_up(row.size(), row.chunk_size()) / row.chunk_size();
  if (!fits) return fail(Errc::corrupt, "catalog: the row of file " + file_id_text(id) + " cannot be read");
  FileInfo file;
  file.id = id;
  file.name = row.name();
  file.content_type = row.content_type();
  file.size = row.size();
  file.created = from_unix_ms(row.created_unix_ms());
  file.chunk_count = row.chunk_count();
  file.redundancy = row.redundancy();
  file.chunk_size = row.chunk_size();
  file.wrapped_secrets = bytes_of(row.wrapped_secrets());
  file.idempotency_key_hash = bytes_of(row.idempotency_key_hash());
  file.areas.assign(row.areas().begin(), row.areas().end());
  return file;
}

Result<ChunkInfo> decode_chunk(std::uint64_t index, std::string_view text) {
  proto::ChunkRow row;
  ChunkInfo chunk;
  chunk.index = index;
  const auto corrupt = [&] { return fail(Errc::corrupt, "catalog: the row of a chunk cannot be read"); };
  if (!row.ParseFromArray(text.data(), static_cast<int>(text.size()))) return corrupt();
  const auto id = ChunkId::from(as_bytes(row.id()));
  const auto tag = crypto::GcmTag::from(as_bytes(row.tag()));
  if (!id || !tag || row.size() > kMaxChunkSize) return corrupt();
  chunk.id = *id;
  chunk.tag = *tag;
  chunk.size = {row.size()};
  chunk.is_last = row.is_last();
  for (const auto& shard : row.shards()) {
    if (!read_shard(shard, chunk.shards.emplace_back())) return corrupt();
  }
  return chunk;
}

}  // namespace mycostr::files
