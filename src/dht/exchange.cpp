#include "dht/exchange.hpp"

#include <algorithm>

#include "async/cancel.hpp"
#include "base/log.hpp"

namespace mycostr::dht {
namespace {

constexpr auto kTick = std::chrono::seconds(1);
constexpr auto kExpiryCheck = std::chrono::minutes(1);  // it looks at every record
constexpr std::string_view kRecordRows = "n/";          // n/<node id> -> encoded record
constexpr std::size_t kRestoredAtMost = kMaxKnownNodes;

std::string row_of(const NodeId& id) {
  return std::string(kRecordRows) + std::string(id.text());
}

std::uint64_t random_instance(Random& random) {
  return 1 + random.below(UINT64_MAX - 1);
}

}  // namespace

Exchange::Exchange(boost::asio::any_io_executor executor, Clock& clock, Random& random, Transport& transport,
                   MetaStore& store, Directory& directory, OwnRecord& own, ExchangeSettings settings)
    : clock_(clock),
      random_(random),
      transport_(transport),
      store_(store),
      directory_(directory),
      own_(own),
      settings_(std::move(settings)),
      instance_(random_instance(random)),
      hellos_(std::move(executor), "exchange") {}

Task<Result<void>> Exchange::open() {
  std::string after;
  for (std::size_t restored = 0; restored < kRestoredAtMost;) {
    auto rows = co_await store_.scan({std::string(kRecordRows), after, 1000});
    if (!rows) co_return std::unexpected(rows.error());
    WriteBatch outdated;
    for (const auto& row : *rows) {
      if (!directory_.restore(as_bytes(row.value), clock_.wall_now())) outdated.erase(row.key);
    }
    if (auto done = co_await store_.commit(std::move(outdated), Durability::buffered); !done) co_return done;
    if (rows->size() < 1000) break;
    restored += rows->size();
    after = rows->back().key;
  }
  for (const auto& [id, node] : directory_.nodes()) rows_.insert(id);
  saved_version_ = directory_.version();
  co_return Result<void>();
}

Task<> Exchange::run() {
  std::exception_ptr stopped;
  try {
    for (;;) {
      co_await hello_round();
      co_await clock_.sleep_for(kTick);
    }
  } catch (...) {
    stopped = std::current_exception();
  }
  co_await async::begin_cleanup();
  co_await hellos_.close();
  co_await async::end_cleanup();
  std::rethrow_exception(stopped);
}

Task<> Exchange::hello_round() {
  if (clock_.now() >= next_expiry_check_) {
    directory_.drop_expired(clock_.wall_now());
    next_expiry_check_ = clock_.now() + kExpiryCheck;
  }
  if (cursors_.size() > directory_.nodes().size()) {
    std::erase_if(cursors_, [&](const auto& entry) { return directory_.find(entry.first) == nullptr; });
  }
  for (auto& address : due_now()) {
    if (hellos_.size() >= settings_.hellos_at_once) break;
    // Whatever comes of it, it is not due again at the next tick.
    if (address.id) directory_.probe_later(*address.id, clock_.now() + settings_.retry_interval);
    hellos_.spawn(hello_to(std::move(address)));
  }
  co_await save_new_records();
}

std::vector<PeerAddress> Exchange::due_now() {
  std::vector<PeerAddress> due;
  const auto now = clock_.now();
  bool any_live = false;
  for (const auto& [id, node] : directory_.nodes()) {
    any_live = any_live || directory_.is_live(id);
    if (node.next_probe <= now && !node.record.endpoints.empty()) due.push_back({id, node.record.endpoints});
  }
  // Sorted before it is shuffled, so that a simulated run depends on its seed alone and not on a hash table.
  std::ranges::sort(due, {}, [](const PeerAddress& address) { return *address.id; });
  for (std::size_t i = due.size(); i > 1; --i) std::swap(due[i - 1], due[random_.below(i)]);
  if (!any_live) {
    for (const auto& endpoint : settings_.bootstrap) due.insert(due.begin(), {std::nullopt, {endpoint}});
  }
  return due;
}

Task<> Exchange::hello_to(PeerAddress address) {
  const auto id = address.id;
  const auto answered = co_await introduce(std::move(address));
  if (answered) {
    // Spread, so that nodes that started together do not speak together for ever.
    const auto jitter =
        Duration(random_.below(static_cast<std::uint64_t>(settings_.probe_interval.count()) / 4 + 1));
    directory_.probe_later(*answered, clock_.now() + settings_.probe_interval + jitter);
  } else if (id) {
    directory_.failed(*id, clock_.now());
    log(LogLevel::debug, "exchange", "no hello from node={}: {}", short_hex(id->view()),
        to_string(answered.error()));
  }
}

Task<Result<NodeId>> Exchange::introduce(PeerAddress address) {
  const auto id = address.id;
  const auto known = id ? cursors_.find(*id) : cursors_.end();
  const auto cursor = known == cursors_.end() ? Cursor() : known->second;
  const auto started = clock_.now();
  PeerCall call{
      wire::operations::kHello, wire::encode(wire::Hello{own_.current(), cursor.instance, cursor.since}), {}};
  auto reply = co_await transport_.call(std::move(address), std::move(call), settings_.call);
  if (!reply) co_return std::unexpected(reply.error());
  co_return take_reply(*reply, clock_.now() - started);
}

Result<NodeId> Exchange::take_reply(const PeerReply& reply, Duration rtt) {
  const auto hello = wire::decode_hello_reply(reply.message);
  if (!hello) return std::unexpected(hello.error());
  if (const auto own = directory_.learn(hello->record, clock_.wall_now());
      !own && own.error().code == Errc::invalid) {
    return std::unexpected(own.error());
  }
  take_records(*hello);
  if (directory_.find(reply.from.id) == nullptr) {
    return fail(Errc::conflict, "the node that answers is of another network or sent another node's record");
  }
  directory_.answered(reply.from.id, rtt, clock_.now(), clock_.wall_now());
  cursors_[reply.from.id] = {hello->instance, hello->cursor};
  return reply.from.id;
}

void Exchange::take_records(const wire::HelloReply& reply) {
  for (const auto& record : reply.records) {
    const auto learned = directory_.learn(record, clock_.wall_now());
    if (!learned && learned.error().code == Errc::invalid) {
      log(LogLevel::warn, "exchange", "a peer passed on a bad record: {}", learned.error().detail);
      return;
    }
  }
}

Task<Result<PeerReply>> Exchange::handle_hello(PeerRequest& request) {
  const auto hello = wire::decode_hello(request.message());
  if (!hello) co_return std::unexpected(hello.error());
  const auto record = wire::decode_trusted_record(hello->record);
  if (!record) co_return std::unexpected(record.error());
  if (record->public_key != request.from().key)
    co_return fail(Errc::forbidden, "the record is another node's");
  if (record->network_id != directory_.network_id()) {
    co_return fail(Errc::conflict, "this node is of network \"" + directory_.network_id() + "\"");
  }
  if (const auto learned = directory_.learn(hello->record, clock_.wall_now()); !learned) {
    if (learned.error().code == Errc::invalid) co_return std::unexpected(learned.error());
  } else if (*learned == Learned::newer) {
    directory_.probe_later(request.from().id, clock_.now());
  }
  wire::HelloReply reply;
  reply.record = own_.current();
  reply.instance = instance_;
  const auto since = hello->instance == instance_ ? hello->since : 0;
  std::tie(reply.records, reply.cursor) = directory_.changes_since(since, wire::kMaxRecordsPerReply);
  co_return PeerReply{wire::encode(reply), {}, {}};
}

void Exchange::announce() {
  for (const auto& [id, node] : directory_.nodes()) directory_.probe_later(id, clock_.now());
}

Task<> Exchange::save_new_records() {
  if (directory_.version() == saved_version_ && rows_.size() <= directory_.nodes().size()) co_return;
  const auto version = directory_.version();
  WriteBatch batch;
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
  if (const auto saved = co_await store_.commit(std::move(batch), Durability::buffered); !saved) {
    log(LogLevel::warn, "exchange", "could not save node records: {}", to_string(saved.error()));
    co_return;
  }
  saved_version_ = version;
}

}  // namespace mycostr::dht
