// What users of a node do to it: bodies that stall or break off, files read back.
#pragma once

#include "sim/world.hpp"

namespace mycostr::sim {

struct BodyPlan {
  std::optional<std::size_t> breaks_at;  ///< the client goes away after so many bytes
  Duration pause{};                      ///< before each piece
  std::size_t piece = SIZE_MAX;          ///< bytes the client sends at a time
};

/// A client that uploads `content`, which outlives it.
class Body final : public files::ByteSource {
 public:
  Body(Clock& clock, ByteView content, BodyPlan plan = {}) : clock_(clock), content_(content), plan_(plan) {}
  Task<Result<std::size_t>> read(MutableBytes out) override;

 private:
  Clock& clock_;
  const ByteView content_;
  const BodyPlan plan_;
  std::size_t sent_ = 0;
};

inline files::StoreOptions named(std::string name) {
  files::StoreOptions out;
  out.name = std::move(name);
  return out;
}

/// Stores `content` with a body that comes at once.
Task<std::expected<files::FileInfo, files::StoreFailure>> store(SimNode& owner, Clock& clock,
                                                                files::StoreOptions options,
                                                                const Bytes& content, BodyPlan plan = {});

/// A range in pieces, to its end. Errors: the reader's.
Task<Result<Bytes>> read_range(engine::Engine& engine, files::FileInfo file, files::ByteRange range,
                               files::Form form);
/// The whole plaintext. Errors: not_found, the reader's.
Task<Result<Bytes>> read_file(engine::Engine& engine, FileId id);

/// All chunks' rows of a file. Errors: the catalog's.
Task<Result<std::vector<files::ChunkInfo>>> chunks_of(engine::Engine& engine, FileId id);

}  // namespace mycostr::sim
