// A file in: chunked, encrypted, sealed, and kept by as many holders as asked for before it is acknowledged.
#pragma once

#include <expected>
#include <map>

#include "files/catalog.hpp"
#include "files/context.hpp"
#include "placement/placement.hpp"

namespace mycostr::files {

/// Where a file's bytes come from. Loop thread only.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Fills `out` whole unless the file ends first; then what was left, and 0 from there on. An error ends the
  /// upload and is given back by store() as it is.
  virtual Task<Result<std::size_t>> read(MutableBytes out) = 0;
};

struct StoreOptions {
  std::uint32_t redundancy = kMinRedundancy;  ///< kMinRedundancy to kMaxRedundancy
  std::vector<placement::Area> areas;         ///< holders only in these; empty: anywhere
  std::string name;
  std::string content_type = "application/octet-stream";
  std::optional<std::string> idempotency_key;
};

/// Why a file was not stored.
struct StoreFailure {
  Error error;  ///< not_enough: see below; conflict: the idempotency key was used for something else; and the
                ///< source's own; io; overloaded
  std::size_t needed = 0;
  std::size_t available = 0;
  std::vector<placement::Exclusion> excluded = {};
};

/// Loop thread only.
class StoreService {
 public:
  StoreService(Context& context, Catalog& catalog) : context_(context), catalog_(catalog) {}

  /// On return the file is durable: every chunk has its receipts from distinct holders, the manifest is
  /// synced. Memory: at most a window of chunks, from the context's budget. A failure leaves nothing but work
  /// for the Cleaner. Cancellation: as a failure. `source` outlives the task.
  Task<std::expected<FileInfo, StoreFailure>> store(StoreOptions options, ByteSource& source);
  /// Whether as many holders as needed could be had now, without storing anything: for refusing before the
  /// body.
  std::optional<StoreFailure> refuse_early(const StoreOptions& options) const;

 private:
  using Outcome = std::expected<FileInfo, StoreFailure>;
  Task<Outcome> store_new(const StoreOptions& options, ByteSource& source, std::optional<Digest> key_hash);
  Task<Outcome> repeat(const StoreOptions& options, ByteSource& source, const IdempotencyEntry& entry,
                       FileInfo file);
  Task<Outcome> store_once(const StoreOptions& options, ByteSource& source);

  Context& context_;
  Catalog& catalog_;
  std::map<Digest, std::shared_ptr<async::Budget>>
      keys_in_use_;  ///< one upload at a time for an idempotency key
};

}  // namespace mycostr::files
