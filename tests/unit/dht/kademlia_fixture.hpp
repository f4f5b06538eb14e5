// One node's Kademlia with its clock and socket in the test's hands.
#pragma once

#include "dht/kademlia.hpp"
#include "unit/dht/parts.hpp"

namespace mycostr::dht {

using namespace std::chrono_literals;

/// One node, and others that the test plays. Networks of many are in tests/sim.
class KademliaTest : public testing::Test {
 protected:
  Bench bench_;
  FixedRecord record_;
  Kademlia node_{bench_.around, crypto::node_id_of(bench_.signer.key()), record_, {}};
  crypto::Identity owner_ = identity_of(1);

  Peer server(std::uint64_t seed) {
    Peer peer(seed, address_of(seed));
    peer.next.is_server = true;
    return peer;
  }
  void enter(Peer& peer) {
    node_.ping(peer.address(), [](const std::optional<Contact>&) {});
    answer_all(peer, [](const auto&) { return wire::Done{}; });
    ASSERT_NE(node_.table().find(peer.id()), nullptr);
  }
  /// Answers the requests to `peer` that were sent so far with what `answer` makes of them; the others stay.
  template <class Answer>
  std::size_t answer_all(Peer& peer, Answer answer) {
    auto sent = bench_.socket.take();
    std::erase_if(sent, [&](const auto& one) {
      if (one.to == peer.address()) return false;
      bench_.socket.sent.push_back(one);
      return true;
    });
    std::size_t count = 0;
    for (const auto& one : sent) {
      const auto request = wire::decode_datagram(one.bytes)->datagram;
      if (wire::is_reply(request.body)) continue;
      node_.received(peer.address(), peer.answer(one.bytes, answer(request)));
      ++count;
    }
    return count;
  }
  void pass(Duration duration) {
    for (const auto end = bench_.clock.now() + duration; bench_.clock.now() < end;) {
      bench_.clock.pass(100ms);
      node_.tick();
    }
  }
  Bytes pointer(const crypto::Identity& owner, std::uint64_t seq, Duration life) {
    wire::OwnerPointer out;
    out.owner_key = owner.public_key();
    out.seq = seq;
    out.expires = bench_.clock.wall_now() + std::chrono::duration_cast<std::chrono::milliseconds>(life);
    return wire::encode_owner_pointer(out, owner);
  }
};

}  // namespace mycostr::dht
