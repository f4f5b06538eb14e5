// links: files
#include "files/manifest.hpp"
#include "fuzz/entry.hpp"

namespace mycostr::fuzz {

void take(ByteView input) {
  const auto text = as_text(input);
  if (const auto file = files::decode_file(FileId(), text)) {
    check(files::decode_file(FileId(), files::encode(*file))->size == file->size);
  }
  if (const auto chunk = files::decode_chunk(7, text)) {
    check(files::decode_chunk(7, files::encode(*chunk))->shards.size() == chunk->shards.size());
  }
}

}  // namespace mycostr::fuzz
