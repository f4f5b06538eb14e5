// Looking for one node: where it can be asked, or where it says that it is.
#include <algorithm>

#include "async/signal.hpp"
#include "dht/service.hpp"
#include "wire/owner_pointer.hpp"

namespace mycostr::dht {
namespace {

/// The result of something that calls back.
template <class T>
struct Awaited {
  std::optional<T> value;
  async::Signal arrived;
  void arrive(T result) {
    value = std::move(result);
    arrived.notify_all();
  }
};

}  // namespace

Task<bool> Service::find(NodeId id) {
  const auto is_there = [&] {
    const auto* node = directory_.find(id);
    return node != nullptr && !node->failing;
  };
  if (is_there()) co_return true;
  const auto found = std::make_shared<Awaited<std::vector<Contact>>>();
  kademlia_.find_nodes(id, Effort::disjoint_paths,
                       [found](std::vector<Contact> contacts) { found->arrive(std::move(contacts)); });
  wake();
  while (!found->value) co_await found->arrived.wait();
  const auto at = std::ranges::find(*found->value, id, &Contact::id);
  if (at == found->value->end()) co_return false;
  const auto got = std::make_shared<Awaited<std::optional<Bytes>>>();
  kademlia_.get_record(*at, [got](std::optional<Bytes> record) { got->arrive(std::move(record)); });
  wake();
  while (!got->value) co_await got->arrived.wait();
  fetched(*at, *got->value);
  co_return is_there();
}

Task<std::optional<PeerAddress>> Service::find_owner(NodeId owner) {
  const auto found = std::make_shared<Awaited<std::optional<Bytes>>>();
  kademlia_.find_value(owner, [found](std::optional<Bytes> value) { found->arrive(std::move(value)); });
  wake();
  while (!found->value) co_await found->arrived.wait();
  if (!*found->value) co_return std::nullopt;
  auto pointer = wire::decode_owner_pointer(**found->value);
  if (!pointer || pointer->endpoints.empty()) co_return std::nullopt;
  co_return PeerAddress{owner, std::move(pointer->endpoints)};
}

}  // namespace mycostr::dht
