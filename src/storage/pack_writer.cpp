#include "storage/pack_writer.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "storage/dead_space.hpp"

namespace mycostr::storage {
namespace {

constexpr std::size_t kMaxRecordsPerWrite = 512;
constexpr std::uint64_t kAllocateAhead = 64 << 20;
constexpr std::uint64_t kSmallWrite = 256 << 10;
constexpr std::uint64_t kInitializeAhead = 1 << 20;

Buffer zero_buffer(std::size_t size) {
  auto zeros = Buffer::allocate(size);
  std::ranges::fill(zeros.mutable_view(), std::uint8_t{0});
  return zeros;
}

}  // namespace

PackWriter::PackWriter(ShardIndex& index, PackFiles& files, std::uint64_t pack_size)
    : index_(index),
      files_(files),
      pack_size_(pack_size),
      headers_(Buffer::allocate(kMaxRecordsPerWrite * kPageSize)),
      zeros_(zero_buffer(kInitializeAhead)),
      next_sequence_(index.totals().next_sequence) {
  for (const auto& [number, info] : index.packs()) {
    if (info.sealed) continue;
    auto file = files.open(number);
    if (!file) throw OpenError(file.error().detail);
    open_ = *file;
    open_number_ = number;
    end_ = allocated_ = initialized_ = info.end;
  }
}

void PackWriter::write(std::span<Entry> group) {
  while (!group.empty()) {
    // Records that no row leads to would be found at the next start: nothing is written, and nothing is said
    // to be gone, until then.
    if (const auto& failed = index_.failed()) {
      for (auto& entry : group) entry.result = std::unexpected(*failed);
      return;
    }
    const auto kind = group.front().job.index();
    const auto end =
        std::ranges::find_if(group, [&](const Entry& entry) { return entry.job.index() != kind; });
    const auto run = group.first(static_cast<std::size_t>(end - group.begin()));
    if (kind == 0) put(run);
    if (kind == 1) remove(run);
    if (kind == 2) move(run);
    group = group.subspan(run.size());
  }
}

void PackWriter::put(std::span<Entry> entries) {
  std::vector<Append> records;
  std::map<ShardKey, std::size_t> places;
  for (auto& entry : entries) {
    const auto& job = std::get<PutJob>(entry.job);
    const auto found = index_.find(job.key);
    if (!found) entry.result = std::unexpected(found.error());
    if (!found || *found) continue;
    const auto [place, first] = places.try_emplace(job.key, records.size());
    if (first) records.push_back({job.key, &job.data, job.data_crc, std::nullopt, {}});
    records[place->second].outcomes.push_back(&entry.result);
  }
  append_all(records);
}

void PackWriter::move(std::span<Entry> entries) {
  for (auto& entry : entries) {
    std::vector<Append> records;
    for (const auto& record : std::get<MoveJob>(entry.job).records) {
      const auto found = index_.find(record.key);
      if (!found || *found != record.from) continue;  // removed meanwhile
      records.push_back({record.key, &record.data, record.data_crc, record.from, {&entry.result}});
    }
    append_all(records);
  }
}

void PackWriter::remove(std::span<Entry> entries) {
  IndexChange change(index_);
  for (auto& entry : entries) {
    for (const auto& key : std::get<RemoveJob>(entry.job).keys) {
      const auto found = change.find(key);
      if (!found) entry.result = std::unexpected(found.error());
      if (found && *found) change.remove(key, **found);
    }
  }
  if (change.empty()) return;
  if (const auto committed = change.commit(Durability::synced); !committed) {
    for (auto& entry : entries) entry.result = committed;
    return;
  }
  clear_headers(index_, files_, change.dead());
}

void PackWriter::append_all(std::span<const Append> records) {
  while (!records.empty()) {
    const auto fitting = make_room(records);
    const auto done = fitting ? append(records.first(*fitting)) : std::unexpected(fitting.error());
    if (!done) {
      for (const auto& record : records) {
        for (auto* outcome : record.outcomes) *outcome = done;
      }
      return;
    }
    records = records.subspan(*fitting);
  }
}

/// How many of the records, at least one, go to the open pack now, with blocks allocated for them.
Result<std::size_t> PackWriter::make_room(std::span<const Append> records) {
  const auto first_size = record_size(records.front().data->size());
  const bool fits = open_ && (end_ + first_size <= pack_size_ || end_ == kPageSize);
  if (!fits) {
    if (auto started = start_pack(); !started) return std::unexpected(started.error());
  }
  const auto limit = std::max(pack_size_, end_ + first_size);
  std::uint64_t needed = end_;
  std::size_t count = 0;
  while (count < std::min(records.size(), kMaxRecordsPerWrite)) {
    const auto size = record_size(records[count].data->size());
    if (needed + size > limit) break;
    needed += size;
    ++count;
  }
  if (needed > allocated_) {
    // Full where even the blocks ahead do not fit, so that the last of the disk is left to the index.
    const auto ahead = std::min(limit, std::max(needed, allocated_ + kAllocateAhead));
    if (auto grown = open_->preallocate(allocated_, ahead); !grown) return std::unexpected(grown.error());
    allocated_ = ahead;
  }
  return count;
}

Result<void> PackWriter::append(std::span<const Append> records) {
  const auto first_sequence = next_sequence_;
  next_sequence_ += records.size();
  if (auto written = write_records(records); !written) {
    // After a failed write or sync nobody knows what lies on the disk: the pack takes no more.
    give_back_tail();
    open_.reset();
    return written;
  }
  IndexChange change(index_);
  auto durability = Durability::buffered;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto& record = records[i];
    const Location to{*open_number_, end_, static_cast<std::uint32_t>(record.data->size()),
                      first_sequence + i};
    if (record.from) {
      // Before the old record is punched the new one must be found for certain.
      durability = Durability::synced;
      change.move(record.key, *record.from, to);
    } else {
      change.add(record.key, to);
    }
    end_ = to.end();
  }
  if (auto committed = change.commit(durability); !committed) return committed;
  clear_headers(index_, files_, change.dead());
  return {};
}

Result<void> PackWriter::write_records(std::span<const Append> records) {
  const auto salt = open_->salt();
  if (!salt) return std::unexpected(salt.error());
  std::vector<iovec> pieces;
  pieces.reserve(records.size() * 2);
  auto sequence = next_sequence_ - records.size();
  auto page = headers_.mutable_view();
  for (const auto& record : records) {
    const auto length = static_cast<std::uint32_t>(record.data->size());
    encode_header({record.key, length, sequence++, record.data_crc, *salt}, page.first(kPageSize));
    pieces.push_back({page.data(), kPageSize});
    pieces.push_back({const_cast<std::uint8_t*>(record.data->data()), length});
    page = page.subspan(kPageSize);
  }
  auto written_to = end_;
  for (const auto& record : records) written_to += record_size(record.data->size());
  // Syncing blocks that are written for the first time costs a commit of the file system's journal, several
  // times the sync itself. So a small write fills what comes after it with zeros, for the next ones.
  if (written_to - end_ <= kSmallWrite && written_to > initialized_ && written_to < allocated_) {
    const auto ahead = std::min(kInitializeAhead, allocated_ - written_to);
    pieces.push_back({zeros_.data(), ahead});
    written_to += ahead;
  }
  if (auto written = open_->write(end_, pieces); !written) return written;
  initialized_ = std::max(initialized_, written_to);
  ++syncs_;
  return open_->sync();
}

/// Cuts off what was allocated ahead, and the remains of a failed write.
void PackWriter::give_back_tail() {
  auto cut = open_->truncate(end_);
  if (cut) cut = open_->sync();
  if (!cut) log(LogLevel::error, "storage", "{}", to_string(cut.error()));
}

Result<void> PackWriter::start_pack() {
  const auto number = index_.totals().next_pack;
  auto file = files_.create(number);
  if (!file) return std::unexpected(file.error());
  IndexChange change(index_);
  if (open_number_) {
    if (open_) give_back_tail();
    change.seal_pack(*open_number_);
  }
  change.start_pack(number);
  // Synced: a pack without a row is taken for an empty left-over, and so are records before the synced end.
  if (auto committed = change.commit(Durability::synced); !committed) return committed;
  open_ = *file;
  open_number_ = number;
  end_ = allocated_ = initialized_ = kPageSize;
  clear_headers(index_, files_, change.dead());
  return {};
}

}  // namespace mycostr::storage
