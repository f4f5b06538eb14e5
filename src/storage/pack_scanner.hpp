// Finding the records of a pack without the index.
#pragma once

#include "base/buffer.hpp"
#include "storage/pack_file.hpp"

namespace mycostr::storage {

struct FoundRecord {
  std::uint64_t offset = 0;  ///< of the header
  RecordHeader header;
  std::uint64_t end() const { return offset + record_size(header.length); }
};

/// Goes from record to record, over holes, zeros and damaged pages. One thread at a time; blocks. A header
/// that is found is whole and this pack's; the bytes behind it are not looked at.
class PackScanner {
 public:
  /// Looks at [from, end). The file outlives it.
  PackScanner(const PackFile& file, const PackSalt& salt, std::uint64_t from, std::uint64_t end);

  /// The next record; nothing at the end. Errors: io (the page at position() cannot be read), corrupt (the
  /// file ends before `end`).
  Result<std::optional<FoundRecord>> next();
  /// After an error io: goes on behind that page.
  void pass_over() { position_ += kPageSize; }
  /// The record right at the place reached; nothing where there is none. Errors: as next.
  Result<std::optional<FoundRecord>> next_adjacent();
  /// Where the record found last ends, or the page that cannot be read begins.
  std::uint64_t position() const { return position_; }

 private:
  Result<ByteView> page_at_position();
  Result<void> fill_window();
  Result<void> skip_page();

  const PackFile& file_;
  const PackSalt salt_;
  const std::uint64_t end_;
  std::uint64_t position_;
  Buffer window_;  // several pages at once, for packs of small shards
  std::uint64_t window_at_ = 0;
  std::uint64_t window_size_ = 0;
  std::uint64_t singly_until_ = 0;  // up to there page by page: one of them cannot be read
};

/// The data of a record. Errors: io, corrupt (not what was written).
Result<Buffer> read_record_data(const PackFile& file, const FoundRecord& record);

}  // namespace mycostr::storage
