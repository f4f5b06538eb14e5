#include "sim/model.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "agreement/keys.hpp"
#include "files/catalog_keys.hpp"
#include "sim/rows.hpp"

namespace mycostr::sim {
namespace {

namespace keys = files::keys;
constexpr auto kLongestCleaning = std::chrono::minutes(20);

}  // namespace

Memory& Model::add(std::size_t owner, std::string name, Bytes content) {
  auto& memory = memories_.emplace_back();
  memory.owner = owner;
  memory.name = std::move(name);
  memory.content = std::move(content);
  return memory;
}

Memory* Model::remembered(std::size_t owner, const std::string& name) {
  const auto at =
      std::ranges::find_if(memories_, [&](const Memory& m) { return m.owner == owner && m.name == name; });
  return at == memories_.end() ? nullptr : &*at;
}

void Model::complain_of(const SimNode& node, const std::string& what) {
  complain(fmt::format("node {}: {}", node.number(), what));
}

bool Model::has_cleaning_left() {
  return std::ranges::any_of(world_.nodes(), [](const auto& node) {
    return !keys_of(*node, keys::kUploads).empty() || !keys_of(*node, keys::kDeletions).empty() ||
           !keys_of(*node, agreement::keys::kJoins).empty() ||
           !keys_of(*node, agreement::keys::kChanges).empty();
  });
}

Task<bool> Model::wait_for_cleaning() {
  const auto end = world_.clock().now() + kLongestCleaning;
  while (has_cleaning_left()) {
    if (world_.clock().now() >= end) co_return false;
    co_await world_.clock().sleep_for(std::chrono::milliseconds(500));
  }
  co_return true;
}

Task<> Model::check_at_rest() {
  if (!co_await wait_for_cleaning()) complain("cleaning up does not end");
  // Puts whose owner gave up may still be on their way.
  co_await world_.clock().sleep_for(std::chrono::seconds(30));
  if (has_cleaning_left()) complain("cleaning up begins again");
  expected_.clear();
  promised_.clear();
  for (auto& node : world_.nodes()) co_await check_owner(*node);
  for (auto& node : world_.nodes()) check_holder(*node);
  for (auto& node : world_.nodes()) co_await check_agreements(*node);
  for (auto& node : world_.nodes()) check_nothing_leaks(*node);
}

Task<> Model::check_owner(SimNode& owner) {
  std::map<std::string, std::size_t> times_seen;
  auto& catalog = owner.engine().catalog();
  const auto list = co_await catalog.list({"", "", 100'000});
  if (!list) co_return complain_of(owner, "its files cannot be listed: " + to_string(list.error()));
  for (const auto& file : list->files) {
    const auto* memory = remembered(owner.number(), file.name);
    if (memory == nullptr) complain_of(owner, "has a file that nobody stored: " + file.name);
    if (++times_seen[file.name] > 1) complain_of(owner, "has a file twice: " + file.name);
    co_await check_file(owner, memory, file);
  }
  for (const auto& memory : memories_) {
    const bool must_be = memory.stored == Fate::yes && memory.deleted == Fate::no;
    if (memory.owner == owner.number() && must_be && !times_seen.contains(memory.name)) {
      complain_of(owner, "has lost " + memory.name);
    }
  }
  co_await check_rows(owner, list->files.size());
}

Task<> Model::check_file(SimNode& owner, const Memory* memory, files::FileInfo file) {
  if (memory != nullptr) {
    if (memory->stored == Fate::no) complain_of(owner, "has a file whose store failed: " + file.name);
    if (memory->deleted == Fate::yes) complain_of(owner, "has a file that was deleted: " + file.name);
    if (memory->stored == Fate::yes && memory->id != file.id) complain_of(owner, "another id: " + file.name);
  }
  const auto chunks = co_await chunks_of(owner.engine(), file.id);
  if (!chunks) co_return complain_of(owner, to_string(chunks.error()));
  if (chunks->size() != file.chunk_count) complain_of(owner, "rows of chunks are missing: " + file.name);
  for (const auto& chunk : *chunks) check_chunk(owner, file, chunk);
  const auto bytes = co_await read_file(owner.engine(), file.id);
  if (!bytes)
    co_return complain_of(owner, fmt::format("{} cannot be read: {}", file.name, to_string(bytes.error())));
  if (memory != nullptr && *bytes != memory->content) complain_of(owner, "wrong bytes: " + file.name);
}

void Model::check_chunk(SimNode& owner, const files::FileInfo& file, const files::ChunkInfo& chunk) {
  std::set<NodeId> holders;
  for (const auto& shard : chunk.shards) {
    holders.insert(shard.holder);
    promised_[owner.number()][shard.holder].insert(shard.id);
    if (shard.receipt.empty()) complain_of(owner, "a shard without a receipt: " + file.name);
    const auto* holder = world_.find(shard.holder);
    if (holder != nullptr) expected_[holder->number()][{owner.id(), shard.id}] = chunk.size;
  }
  // More of them for a while, where a holder that was replaced came back.
  if (holders.size() < file.redundancy) {
    auto what = fmt::format("chunk {} of {} has {} holders, redundancy {}:", chunk.index, file.name,
                            holders.size(), file.redundancy);
    for (const auto& shard : chunk.shards) {
      const auto* holder = world_.find(shard.holder);
      what +=
          fmt::format(" copy {} at node {}", shard.replica, holder == nullptr ? -1 : int(holder->number()));
    }
    complain_of(owner, what);
  }
  if (holders.contains(owner.id())) complain_of(owner, "the owner is a holder: " + file.name);
}

Task<> Model::check_rows(SimNode& owner, std::size_t files) {
  const auto files_there = keys_of(owner, keys::kFiles);
  if (files_there.size() != files) complain_of(owner, "the list differs from the rows of files");
  if (keys_of(owner, keys::kList).size() != files) complain_of(owner, "rows of the list are left over");
  if (owner.engine().catalog().file_count() != files) {
    complain_of(owner, fmt::format("counts {} files, has {}", owner.engine().catalog().file_count(), files));
  }
  std::set<std::string> ids;
  for (const auto& key : files_there) ids.insert(key.substr(keys::kFiles.size()));
  for (const auto& key : keys_of(owner, keys::kChunks)) {
    if (!ids.contains(key.substr(keys::kChunks.size(), FileId::kSize)))
      complain_of(owner, "a chunk of no file");
  }
  for (const auto& key : keys_of(owner, keys::kIdempotency)) {
    const auto hash = Digest::from(as_bytes(key).subspan(keys::kIdempotency.size()));
    const auto entry = co_await owner.engine().catalog().find_idempotency(hash.value_or(Digest()));
    const bool is_of_a_file = entry && *entry && ids.contains(std::string((*entry)->file.text()));
    if (!is_of_a_file) complain_of(owner, "an idempotency key of no file");
  }
}

void Model::check_holder(SimNode& holder) {
  const auto& there = holder.chunks().shards();
  const auto& expected = expected_[holder.number()];
  std::uint64_t bytes = 0;
  for (const auto& [key, data] : there) {
    bytes += data.size();
    if (!expected.contains(key)) {
      const auto* owner = world_.find(key.owner);
      complain_of(holder,
                  fmt::format("keeps shard {} of node {}, which no file needs", short_hex(key.shard.view()),
                              owner == nullptr ? SIZE_MAX : owner->number()));
    }
  }
  for (const auto& [key, size] : expected) {
    if (!there.contains(key)) complain_of(holder, "has lost shard " + short_hex(key.shard.view()));
  }
  const auto usage = holder.chunks().usage();
  if (usage.used.value != bytes || usage.shards != there.size())
    complain_of(holder, "its usage is not what it holds");
  if (usage.used > usage.capacity) complain_of(holder, "holds more than it offers");
}

void Model::check_nothing_leaks(SimNode& node) {
  auto& context = node.engine().files();
  const bool is_given_back =
      context.memory.free() == context.memory.total() && context.reading.free() == context.reading.total();
  if (!is_given_back) complain_of(node, "transfer memory is not given back");
  if (!context.in_flight.empty()) complain_of(node, "bytes are in flight for ever");
  if (node.chunks().usage().reserved.value != 0) complain_of(node, "capacity stays reserved");
}

}  // namespace mycostr::sim
