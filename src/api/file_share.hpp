// How much of what a holder is paid is for one file: by the catalog as it is now.
#pragma once

#include <map>

#include "agreement/book.hpp"
#include "files/catalog.hpp"

namespace mycostr::api {

/// What of an agreement's bytes belongs to a file.
struct FileShare {
  ByteCount bytes;  ///< of the file's shards at the holder
  ByteCount of;     ///< in the agreement with it; 0: there is none

  /// This part of it, rounded down; all of it where the file's shards have not all joined the agreement yet.
  Msat part(Msat amount) const;
};

/// Where a file is.
struct FilePlaces {
  std::map<NodeId, ByteCount> holders;  ///< with bytes of shards that they have signed for
  std::uint64_t rows = 0;               ///< of chunks that were read

  FileShare share(const agreement::Book& agreements, const NodeId& holder) const;
};

/// Reads every chunk's row, a page at a time. Errors: io, corrupt.
Task<Result<FilePlaces>> places_of(files::Catalog& catalog, files::FileInfo file);

}  // namespace mycostr::api
