// Inside of files only: the keys of the catalog's rows.
#pragma once

#include <optional>
#include <string>

#include "base/ids.hpp"
#include "base/time.hpp"

namespace mycostr::files::keys {

// f/<file>              FileRow of a file that is there
// l/<created><file>     the list in order of creation; the value is the name
// c/<file><index>       ChunkRow, of files, uploads and deletions
// u/<file>              an upload that goes on
// d/<file>              a deletion that goes on
// i/<hash of the key>   IdempotencyRow
// k/<holder><shard>     file and index (8) of the chunk, of each shard with a receipt
// s/files               how many f/ rows there are (8 bytes)
// s/kept                there where every shard with a receipt has its k/ row
inline constexpr std::string_view kFiles = "f/";
inline constexpr std::string_view kList = "l/";
inline constexpr std::string_view kChunks = "c/";
inline constexpr std::string_view kUploads = "u/";
inline constexpr std::string_view kDeletions = "d/";
inline constexpr std::string_view kIdempotency = "i/";
inline constexpr std::string_view kKept = "k/";
inline constexpr std::string_view kFileCount = "s/files";
inline constexpr std::string_view kAllKept = "s/kept";

inline std::string with(std::string_view kind, const FileId& file) {
  return std::string(kind) + std::string(file.text());
}

inline std::string list_entry(const FileId& file, WallTime created) {
  std::string key(kList);
  append_be64(key, static_cast<std::uint64_t>(to_unix_ms(created)));
  return key + std::string(file.text());
}

inline std::string chunk(const FileId& file, std::uint64_t index) {
  auto key = with(kChunks, file);
  append_be64(key, index);
  return key;
}

inline std::string kept(const NodeId& holder, const ShardId& shard) {
  return std::string(kKept) + std::string(holder.text()) + std::string(shard.text());
}

/// The file at the end of a key; nothing where the key is too short.
inline std::optional<FileId> file_in(std::string_view key, std::size_t offset) {
  if (key.size() < offset) return std::nullopt;
  return FileId::from(as_bytes(key.substr(offset)));
}

}  // namespace mycostr::files::keys
