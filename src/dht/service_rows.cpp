// What the service keeps on disk: the known nodes' records, and the anchors.
#include <algorithm>

#include "base/log.hpp"
#include "dht/service.hpp"

namespace mycostr::dht {
namespace {

constexpr std::string_view kRecordRows = "n/";       // n/<node id> -> encoded record
constexpr std::string_view kAnchorsRow = "anchors";  // "host:port" lines
constexpr std::size_t kRowsAtOnce = 1000;
constexpr std::size_t kAnchors = 8;
constexpr auto kSaveAnchors = std::chrono::minutes(10);

std::string row_of(const NodeId& id) {
  return std::string(kRecordRows) + std::string(id.text());
}

std::vector<UdpAddress> parse_anchors(std::string_view text) {
  std::vector<UdpAddress> out;
  while (!text.empty() && out.size() < kAnchors) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto endpoint = parse_endpoint(text.substr(0, end));
    const auto address = endpoint ? to_udp(*endpoint) : std::nullopt;
    if (address) out.push_back(*address);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace

Task<Result<void>> Service::open() {
  std::string after;
  for (std::size_t restored = 0; restored < kMaxKnownNodes;) {
    auto rows = co_await store_.scan({std::string(kRecordRows), after, kRowsAtOnce});
    if (!rows) co_return std::unexpected(rows.error());
    WriteBatch outdated;
    for (const auto& row : *rows) {
      if (!directory_.restore(as_bytes(row.value), around_.clock.wall_now())) outdated.erase(row.key);
    }
    if (auto done = co_await store_.commit(std::move(outdated), Durability::buffered); !done) co_return done;
    if (rows->size() < kRowsAtOnce) break;
    restored += rows->size();
    after = rows->back().key;
  }
  for (const auto& [id, node] : directory_.nodes()) rows_.insert(id);
  saved_version_ = directory_.version();
  const auto anchors = co_await store_.get(std::string(kAnchorsRow));
  if (!anchors) co_return std::unexpected(anchors.error());
  if (*anchors) anchors_ = parse_anchors(**anchors);
  co_return Result<void>();
}

void Service::save_soon() {
  if (is_running_ && !is_saving_ && directory_.version() != saved_version_) tasks_.spawn(save());
}

Task<> Service::save() {
  if (is_saving_) co_return;
  struct End {
    bool& is_saving;
    ~End() { is_saving = false; }
  } end{is_saving_};
  is_saving_ = true;
  co_await write_rows();
}

Task<> Service::write_rows() {
  WriteBatch batch;
  const auto version = directory_.version();
  if (version != saved_version_ || rows_.size() > directory_.nodes().size()) {
    for (const auto& [id, node] : directory_.nodes()) {
      if (node.version <= saved_version_) continue;
      batch.put(row_of(id), std::string(as_text(node.encoded)));
      rows_.insert(id);
    }
    // The disk keeps no more nodes than the directory does.
    std::erase_if(rows_, [&](const NodeId& id) {
      if (directory_.find(id) != nullptr) return false;
      batch.erase(row_of(id));
      return true;
    });
  }
  const auto now = around_.clock.now();
  // The first ones at once: nothing else leads back to the network once the records have expired.
  const bool are_first = anchors_.empty() && kademlia_.table().size() > 0;
  if (now >= next_anchors_ || are_first) {
    next_anchors_ = now + kSaveAnchors;
    batch.put(std::string(kAnchorsRow), renew_anchors());
  }
  if (batch.empty()) co_return;
  if (const auto saved = co_await store_.commit(std::move(batch), Durability::buffered); !saved) {
    log(LogLevel::warn, "dht", "could not save node records: {}", to_string(saved.error()));
    co_return;
  }
  saved_version_ = version;
}

/// Former ones stay as long as there are not enough better ones: after a restart the first that answers knows
/// little.
std::string Service::renew_anchors() {
  std::vector<UdpAddress> anchors;
  for (const auto& contact : kademlia_.table().oldest(kAnchors)) anchors.push_back(contact.address);
  for (const auto& former : anchors_) {
    if (anchors.size() < kAnchors && std::ranges::find(anchors, former) == anchors.end())
      anchors.push_back(former);
  }
  anchors_ = std::move(anchors);
  std::string lines;
  for (const auto& anchor : anchors_) lines += to_string(anchor) + "\n";
  return lines;
}

}  // namespace mycostr::dht
