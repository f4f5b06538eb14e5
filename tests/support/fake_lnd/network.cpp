#include "support/fake_lnd/network.hpp"

#include <grpcpp/server_context.h>

#include "crypto/sha256.hpp"

namespace mycostr::test {

namespace {

/// How soon a thread that waits sees that its caller has gone.
constexpr auto kPoll = std::chrono::milliseconds(5);

LightningKey make_key(const std::string& name) {
  LightningKey key;
  key.bytes[0] = 2;
  const auto digest = crypto::sha256(as_bytes("fake lnd " + name));
  std::ranges::copy(digest.bytes, key.bytes.begin() + 1);
  return key;
}

grpc::Status unknown(const std::string& text) {
  return {grpc::StatusCode::UNKNOWN, text};
}

/// What lnd answers before it is up.
grpc::Status refusal(lnrpc::WalletState state) {
  switch (state) {
    case lnrpc::NON_EXISTING:
      return unknown("wallet not created, create one to enable full RPC access");
    case lnrpc::LOCKED:
      return unknown("wallet locked, unlock it to enable full RPC access");
    case lnrpc::WAITING_TO_START:
      return unknown("waiting to start, RPC services not available");
    case lnrpc::UNLOCKED:
      return unknown("the RPC server is in the process of starting up, but not yet ready to accept calls");
    default:
      return grpc::Status::OK;
  }
}

}  // namespace

std::size_t FakeNetwork::add_node(const std::string& name, std::int64_t funds_sat) {
  const std::lock_guard lock(mutex_);
  FakeNode node{
      .name = name, .key = make_key(name), .address = "127.0.0.1:" + std::to_string(1 + nodes_.size())};
  node.funds_sat = funds_sat;
  nodes_.push_back(std::move(node));
  return nodes_.size() - 1;
}

void FakeNetwork::set_faults(std::size_t node, const std::function<void(Faults&)>& change) {
  const std::lock_guard lock(mutex_);
  change(nodes_.at(node).faults);
  changed_.notify_all();
}

void FakeNetwork::drop_streams(std::size_t node) {
  const std::lock_guard lock(mutex_);
  ++nodes_.at(node).stream_generation;
  changed_.notify_all();
}

void FakeNetwork::set_online(std::size_t node, bool is_online) {
  const std::lock_guard lock(mutex_);
  nodes_.at(node).is_online = is_online;
  changed_.notify_all();
}

void FakeNetwork::fund(std::size_t node, std::int64_t sat) {
  const std::lock_guard lock(mutex_);
  nodes_.at(node).funds_sat += sat;
}

void FakeNetwork::advance(std::chrono::seconds duration) {
  const std::lock_guard lock(mutex_);
  advanced_ += duration;
}

FakeNode FakeNetwork::node(std::size_t index) const {
  const std::lock_guard lock(mutex_);
  return nodes_.at(index);
}

std::size_t FakeNetwork::size() const {
  const std::lock_guard lock(mutex_);
  return nodes_.size();
}

std::vector<FakeChannel> FakeNetwork::channels() const {
  const std::lock_guard lock(mutex_);
  return channels_;
}

std::uint32_t FakeNetwork::height() const {
  const std::lock_guard lock(mutex_);
  return height_;
}

lnrpc::GetInfoResponse FakeNetwork::get_info(std::size_t n) const {
  const std::lock_guard lock(mutex_);
  const auto& node = nodes_.at(n);
  lnrpc::GetInfoResponse out;
  out.set_identity_pubkey(node.key.hex());
  out.set_block_height(height_);
  out.set_synced_to_chain(node.faults.is_synced);
  out.add_uris(node.key.hex() + "@" + node.address);
  return out;
}

FakeNetwork::Wake FakeNetwork::wait(std::size_t n, grpc::ServerContext& context, std::uint64_t generation,
                                    const std::function<bool(const FakeNode&)>& is_news) {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (context.IsCancelled()) return Wake::cancelled;
    if (nodes_.at(n).stream_generation != generation) return Wake::dropped;
    if (is_news(nodes_.at(n))) return Wake::news;
    changed_.wait_for(lock, kPoll);
  }
}

grpc::Status FakeNetwork::admit(std::size_t n, grpc::ServerContext& context, const std::string& method) {
  std::unique_lock lock(mutex_);
  const auto begin = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - begin < nodes_.at(n).faults.delay) {
    if (context.IsCancelled()) return grpc::Status::CANCELLED;
    changed_.wait_for(lock, kPoll);
  }
  auto& faults = nodes_.at(n).faults;
  if (const auto failure = faults.fail_next.find(method); failure != faults.fail_next.end()) {
    const auto status = failure->second;
    faults.fail_next.erase(failure);
    return status;
  }
  if (method == "GetState") return grpc::Status::OK;
  if (faults.denied.contains(method)) return unknown("permission denied");
  return refusal(faults.state);
}

bool FakeNetwork::answer_is_lost(std::size_t n, const std::string& method) {
  const std::lock_guard lock(mutex_);
  return nodes_.at(n).faults.lose_next.erase(method) > 0;
}

std::int64_t FakeNetwork::now_s() const {
  const auto now = std::chrono::system_clock::now() + advanced_;
  return std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
}

std::size_t FakeNetwork::index_of(std::string_view key_hex) const {
  const auto at =
      std::ranges::find_if(nodes_, [&](const FakeNode& node) { return node.key.hex() == key_hex; });
  return static_cast<std::size_t>(at - nodes_.begin());
}

}  // namespace mycostr::test
