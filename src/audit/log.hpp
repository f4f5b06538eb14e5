// The audits of this node, as owner and as holder: the newest of them as a list, and transcripts of some.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "audit/record.hpp"
#include "audit/settings.hpp"
#include "mycostr/meta_store.hpp"

namespace mycostr::audit {

/// Which audits a list shows, and from where on.
struct Filter {
  std::optional<AgreementId> agreement = {};
  std::optional<Outcome> outcome = {};
  std::optional<WallTime> since = {};  ///< at this time or later
  /// An audit's time and id: the list goes on behind it (before it, newest first).
  std::optional<std::pair<WallTime, AuditId>> after = {};
  std::size_t limit = 100;
  bool newest_first = false;
};

/// The list is in memory, about 300 bytes an audit, with rows au/<time in ms (8)><id>; transcripts are in
/// rows at/<id>. Beyond the limits of Settings the oldest go. Loop thread only.
class Log {
 public:
  Log(MetaStore& store, const Settings& settings) : store_(store), settings_(settings) {}

  /// Once, before anything else; rows that are none are deleted. Errors: io.
  Task<Result<void>> open();
  /// Writes the record, its transcript (empty: none) and what `batch` says, all or nothing; it is listed on
  /// return. Errors: io.
  Task<Result<void>> add(Record record, Bytes transcript, WriteBatch batch, Durability durability);

  /// Oldest first unless the filter says otherwise.
  std::vector<Record> list(const Filter& filter) const;
  /// An encoded wire::Transcript. Errors: not_found, io.
  Task<Result<Bytes>> transcript(AuditId id) const;

 private:
  using Key = std::pair<WallTime, AuditId>;

  /// Of one role: what others ask of this node as a holder must not push out its own audits.
  struct Kept {
    std::set<Key> all;
    std::set<Key> passed;  ///< that have transcripts
    std::set<Key> failed;
  };

  void insert(Record record);
  std::set<Key>& transcripts_of(const Record& record);
  void trim(Kept& kept, WriteBatch& batch);
  void drop_transcript(Key key, WriteBatch& batch);

  MetaStore& store_;
  const Settings settings_;
  std::map<Key, Record> records_;
  std::map<agreement::Role, Kept> kept_;
};

}  // namespace mycostr::audit
