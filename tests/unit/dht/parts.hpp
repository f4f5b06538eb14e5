// What one part of the DHT needs, in the test's hand: a clock that only the test moves, a socket that keeps
// what was sent, signatures that are cheap.
#pragma once

#include <stdexcept>

#include "crypto/sha256.hpp"
#include "dht/calls.hpp"
#include "dht/own_record.hpp"
#include "unit/dht/records.hpp"

namespace mycostr::dht {

class HandClock final : public Clock {
 public:
  SteadyTime now() const override { return now_; }
  WallTime wall_now() const override {
    return kNow + std::chrono::duration_cast<std::chrono::milliseconds>(now_.time_since_epoch());
  }
  Task<> sleep_for(Duration) override {
    throw std::logic_error("nobody sleeps here");
    co_return;
  }
  void pass(Duration duration) { now_ += duration; }

 private:
  SteadyTime now_{};
};

class SentDatagrams final : public Datagrams {
 public:
  struct One {
    UdpAddress to;
    Bytes bytes;
  };
  void send(const UdpAddress& to, ByteView bytes) override {
    sent.push_back({to, Bytes(bytes.begin(), bytes.end())});
  }
  void serve(DatagramHandler&) override {}
  Task<Result<std::vector<UdpAddress>>> resolve(Endpoint) override {
    co_return fail(Errc::unreachable, "no names here");
  }
  std::vector<One> take() { return std::exchange(sent, {}); }

  std::vector<One> sent;
};

/// A signature is a digest over key and bytes: anybody could make it, but no other bytes have it.
class CheapSigner final : public wire::DatagramSigner {
 public:
  explicit CheapSigner(std::uint64_t seed) : key_(test::SeededRandom(seed).make<PublicKey>()) {}
  const PublicKey& key() const override { return key_; }
  Signature sign(ByteView bytes) override { return of(key_, bytes); }
  bool verify(const PublicKey& key, ByteView bytes, const Signature& signature) override {
    ++verified;
    return signature == of(key, bytes);
  }
  std::size_t verified = 0;

 private:
  static Signature of(const PublicKey& key, ByteView bytes) {
    const auto digest = crypto::sha256({key.view(), bytes});
    Signature out;
    std::ranges::copy(digest.bytes, out.bytes.begin());
    return out;
  }
  const PublicKey key_;
};

inline const wire::NetworkTag kTag = wire::network_tag(kNetwork);

/// Another node, which writes what the test wants.
class Peer {
 public:
  Peer(std::uint64_t seed, UdpAddress address) : signer_(seed), contact_{{}, address} {
    contact_.id = crypto::node_id_of(signer_.key());
  }
  const wire::Contact& contact() const { return contact_; }
  const UdpAddress& address() const { return contact_.address; }
  const NodeId& id() const { return contact_.id; }

  Bytes write(wire::DatagramBody body, std::size_t least_size = 0) {
    auto datagram = next;
    datagram.network = kTag;
    datagram.body = std::move(body);
    datagram.receiver = receiver;
    return wire::encode_datagram(datagram, signer_, least_size);
  }
  /// The answer to a request that was sent to it.
  Bytes answer(ByteView request, wire::DatagramBody body) {
    next.transaction = wire::decode_datagram(request)->datagram.transaction;
    return write(std::move(body));
  }

  wire::Datagram next;  ///< what else the next datagrams say
  /// Whom its requests are for: the node of a Bench.
  wire::ReceiverTag receiver = wire::receiver_tag(crypto::node_id_of(CheapSigner(1).key()));

 private:
  CheapSigner signer_;
  wire::Contact contact_;
};

struct FixedRecord final : OwnRecord {
  Bytes current() override { return bytes; }
  std::uint64_t seq() override { return 5; }
  Bytes bytes = Bytes(300, 1);
};

/// The surroundings of what is tested.
struct Bench {
  HandClock clock;
  test::SeededRandom random{1};
  SentDatagrams socket;
  CheapSigner signer{1};
  Surroundings around{clock, random, socket, signer, kTag};
};

/// A public address, each number in its own /24.
inline UdpAddress address_of(std::size_t number, std::uint8_t last = 7) {
  return {IpAddress::v4(static_cast<std::uint8_t>(20 + (number >> 16)),
                        static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number), last),
          4081};
}

inline wire::Contact random_contact(test::SeededRandom& random, std::size_t number) {
  return {random.make<NodeId>(), address_of(number)};
}

}  // namespace mycostr::dht
