// Does what a chunk needs: makes one copy of it, takes back what it has too many.
//
// The new shard is announced in the catalog before it leaves (as an upload's are), and enters the manifest in
// one batch with the end of that announcement; so whatever ends a repair early leaves only what the Cleaner
// takes back.
#pragma once

#include "files/context.hpp"
#include "placement/placement.hpp"
#include "repair/chunk_reader.hpp"
#include "repair/planner.hpp"

namespace mycostr::repair {

struct CopyResult {
  enum class Outcome {
    nothing,   ///< the chunk needs nothing any more
    done,      ///< a copy was made, or some were taken back; it may need more
    busy,      ///< its sources have sent enough for now: not before `when`
    failed,    ///< `problem` says why; nothing has changed
    no_source  ///< the same, for nobody gave the chunk
  };
  Outcome outcome = Outcome::nothing;
  SteadyTime when;
  std::string problem;
  Assessment found;              ///< of the chunk as it was
  std::optional<NodeId> to;      ///< the new holder; nothing where only copies were taken back
  ShardId shard;                 ///< its shard; else the first that was taken back
  std::vector<LossRow> settled;  ///< losses that the manifest does not name any more
};

/// Loop thread only. References outlive it.
class CopyMaker {
 public:
  CopyMaker(files::Context& context, files::Catalog& catalog, Rows& rows, Planner& planner)
      : context_(context), catalog_(catalog), rows_(rows), planner_(planner) {}

  /// Memory: the chunk once, from the context's budget. Cancellation: leaves work for the Cleaner.
  Task<CopyResult> run(Damage damage);

 private:
  /// A copy on its way.
  struct Draft {
    FileId plan;             ///< the catalog knows of it under this id
    files::ChunkInfo chunk;  ///< with the new shard alone
    Buffer bytes;
  };

  Task<Result<void>> make(const KnownChunk& chunk, const Damage& damage, CopyResult& out);
  Task<Result<Buffer>> fetch(const KnownChunk& chunk, const crypto::FileSecrets& secrets,
                             const std::vector<NodeId>& sources);
  Task<Draft> seal(const KnownChunk& chunk, const crypto::FileSecrets& secrets, Buffer cipher);
  /// To a holder that is not in `failed`.
  Task<Result<void>> place(const KnownChunk& chunk, Draft& draft, std::vector<NodeId> failed);
  Task<> give_up(FileId plan);
  Task<std::optional<NodeId>> pick(const KnownChunk& chunk, std::vector<NodeId>& failed);
  std::optional<std::vector<NodeId>> barred_from(const KnownChunk& chunk);
  /// Null where this version does not know one of the areas.
  std::shared_ptr<const placement::Eligible> eligible_for(const std::vector<std::string>& areas);
  Task<Result<void>> update(const KnownChunk& chunk, std::vector<files::ShardInfo> shards,
                            std::optional<FileId> plan, CopyResult& out);

  /// Who may serve, for files with the same areas; made anew when it is old.
  struct Cached {
    std::vector<std::string> areas;
    SteadyTime made;
    std::shared_ptr<const placement::Eligible> eligible;
  };

  files::Context& context_;
  files::Catalog& catalog_;
  Rows& rows_;
  Planner& planner_;
  Cached cached_;
};

}  // namespace mycostr::repair
