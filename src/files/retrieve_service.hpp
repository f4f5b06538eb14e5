// A file out: chunks fetched in parallel from whoever serves them best, verified, decrypted and handed on in
// order.
#pragma once

#include "files/catalog.hpp"
#include "files/context.hpp"

namespace mycostr::files {

/// Half-open range of bytes.
struct ByteRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

enum class Form { plaintext, ciphertext };

struct ReadFailure {
  Error error;  ///< not_enough: no holder gives the chunk; io, corrupt: the own catalog
  std::uint64_t chunk_index = 0;
};

/// The pieces of a range, in order. Loop thread only. close() must be awaited before it is destroyed.
class FileReader {
 public:
  virtual ~FileReader() = default;
  /// The next piece, never empty; nothing at the end. Every byte was verified: by the GCM tag (plaintext) or
  /// the Merkle root (ciphertext). Cancellation: throws; the reader can then only be closed.
  virtual Task<std::expected<std::optional<Buffer>, ReadFailure>> next() = 0;
  /// Ends the fetching ahead.
  virtual Task<> close() = 0;
};

/// Loop thread only.
class RetrieveService {
 public:
  RetrieveService(Context& context, Catalog& catalog) : context_(context), catalog_(catalog) {}

  /// REQUIRES: range.end <= the size of the file in that form; begin < end.
  std::unique_ptr<FileReader> read(const FileInfo& file, ByteRange range, Form form);

 private:
  Context& context_;
  Catalog& catalog_;
};

}  // namespace mycostr::files
