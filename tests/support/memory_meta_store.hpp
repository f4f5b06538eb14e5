// A MetaStore in memory, with failures on demand.
#pragma once

#include <map>

#include "mycostr/meta_store.hpp"

namespace mycostr::test {

/// Answers within the turn of the loop it is asked in. Loop thread only.
class MemoryMetaStore final : public MetaStore {
 public:
  Task<Result<std::optional<std::string>>> get(std::string key) override;
  Task<Result<std::vector<KeyValue>>> scan(ScanRequest request) override;
  Task<Result<void>> commit(WriteBatch batch, Durability durability) override;

  /// As commit(), at once and without failing.
  void apply(WriteBatch batch);

  /// While set, all calls fail with io and change nothing.
  void set_broken(bool broken) {
    broken_ = broken;
    commits_left_.reset();
  }

  /// After so many more commits it is broken.
  void break_after(std::size_t commits) { commits_left_ = commits; }

  using Rows = std::map<std::string, std::string>;
  const Rows& rows() const { return rows_; }

 private:
  std::pair<Rows::const_iterator, Rows::const_iterator> range_of(const ScanRequest& request) const;

  Rows rows_;
  bool broken_ = false;
  std::optional<std::size_t> commits_left_;
};

}  // namespace mycostr::test
