// links: dht
// A node that takes whatever comes: every signature passes here, so that the fuzzer gets behind it. The input
// is a list of steps; replies can name a transaction that is under way.
#include "dht/kademlia.hpp"

#include <stdexcept>

#include "fuzz/entry.hpp"

namespace mycostr::fuzz {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMaxSteps = 400;
constexpr std::size_t kMaxKept = 64;

class Steps {
 public:
  explicit Steps(ByteView in) : in_(in) {}
  bool any() const { return !in_.empty(); }
  std::uint8_t number() { return any() ? take(1)[0] : std::uint8_t{0}; }
  ByteView take(std::size_t most) {
    const auto out = in_.first(std::min(most, in_.size()));
    in_ = in_.subspan(out.size());
    return out;
  }

 private:
  ByteView in_;
};

class Surface final : public Clock,
                      public Random,
                      public Datagrams,
                      public wire::DatagramSigner,
                      public dht::OwnRecord {
 public:
  SteadyTime now() const override { return now_; }
  WallTime wall_now() const override {
    return from_unix_ms(1'767'225'600'000) +
           std::chrono::duration_cast<std::chrono::milliseconds>(now_.time_since_epoch());
  }
  Task<> sleep_for(Duration) override {
    throw std::logic_error("nobody sleeps here");
    co_return;
  }
  void fill(MutableBytes out) override {
    for (auto& byte : out)
      byte = static_cast<std::uint8_t>((state_ = state_ * 6364136223846793005U + 1) >> 56);
  }
  void send(const UdpAddress& to, ByteView bytes) override {
    check(!bytes.empty() && bytes.size() <= kMaxDatagram);
    const auto sent = wire::decode_datagram(bytes);
    check(sent.has_value());
    sent_bytes_ += bytes.size();
    if (wire::is_reply(sent->datagram.body)) return;
    if (waiting_.size() >= kMaxKept) waiting_.erase(waiting_.begin());
    waiting_.push_back({to, sent->datagram.transaction});
  }
  void serve(DatagramHandler&) override {}
  Task<Result<std::vector<UdpAddress>>> resolve(Endpoint) override {
    co_return fail(Errc::unreachable, "no names here");
  }
  const PublicKey& key() const override { return key_; }
  Signature sign(ByteView) override { return {}; }
  bool verify(const PublicKey&, ByteView, const Signature&) override { return true; }
  Bytes current() override { return Bytes(300, 1); }
  std::uint64_t seq() override { return 1; }

  struct Waiting {
    UdpAddress to;
    wire::Transaction transaction;
  };
  SteadyTime now_{1h};
  std::vector<Waiting> waiting_;
  std::size_t sent_bytes_ = 0;

 private:
  std::uint64_t state_ = 1;
  PublicKey key_ = *PublicKey::from(Bytes(32, 9));
};

const auto kTag = wire::network_tag("fuzz");

/// Of few subnets or many, of either version, public or not.
UdpAddress address_of(Steps& steps) {
  const auto a = steps.number();
  const auto b = steps.number();
  return {IpAddress::v4(a, b, 1, 1), static_cast<std::uint16_t>(a % 16 == 15 ? 0 : 4081)};
}

/// Head and signature as they must be; kind, key and body are the input's.
Bytes datagram_of(Steps& steps, const wire::Transaction& transaction) {
  constexpr std::size_t kBody = 85;
  Bytes out(kBody);
  out[0] = 1;
  out[1] = static_cast<std::uint8_t>(1 + steps.number() % 13);
  const auto flags = steps.number();
  out[2] = flags % 4 == 0 ? 0 : 1;
  std::ranges::copy(transaction.bytes, out.begin() + 3);
  std::ranges::copy(kTag.bytes, out.begin() + 11);
  std::ranges::copy(steps.take(2), out.begin() + 27);
  const auto body = steps.take(std::size_t{steps.number()} * 4);
  out.insert(out.end(), body.begin(), body.end());
  out.resize(std::min(kMaxDatagram, out.size() + 64 + std::size_t{steps.number()} * 4));
  out.back() = flags < 224 ? 1 : 0;  // else as without a signature
  return out;
}

struct Run {
  Surface surface;
  dht::Kademlia node{
      {surface, surface, surface, surface, kTag}, crypto::node_id_of(surface.key()), surface, {}};
  std::size_t begun = 0;
  std::size_t ended = 0;

  void step(Steps& steps) {
    switch (steps.number() % 8) {
      case 0:
        surface.now_ += std::chrono::milliseconds(steps.number() * 20);
        return node.tick();
      case 1:
        surface.now_ += std::chrono::minutes(steps.number());
        return node.tick();
      case 2:
        return begin(steps);
      case 3: {
        const auto raw = steps.take(steps.number() * 8);
        return node.received(address_of(steps), raw);
      }
      case 4:
      case 5:
        return request(steps);
      default:
        return reply(steps);
    }
  }
  void request(Steps& steps) {
    const auto from = address_of(steps);
    node.received(from, datagram_of(steps, {}));
  }
  void reply(Steps& steps) {
    if (surface.waiting_.empty()) return;
    const auto to = surface.waiting_[steps.number() % surface.waiting_.size()];
    node.received(to.to, datagram_of(steps, to.transaction));
  }
  void begin(Steps& steps) {
    NodeId target;
    std::ranges::copy(steps.take(2), target.bytes.begin());
    const auto effort = steps.number() % 2 == 0 ? dht::Effort::one_path : dht::Effort::disjoint_paths;
    ++begun;
    switch (steps.number() % 5) {
      case 0:
        return node.find_nodes(target, effort, [this](const std::vector<dht::Contact>& found) {
          check(found.size() <= dht::kBucketSize);
          ++ended;
        });
      case 1:
        return node.find_value(target, [this](const std::optional<Bytes>&) { ++ended; });
      case 2:
        return node.publish(target, Bytes(100, 1), [this](std::size_t taken) {
          check(taken <= 32);  // eight on each of four paths
          ++ended;
        });
      case 3:
        return node.ping(address_of(steps), [this](const std::optional<dht::Contact>&) { ++ended; });
      default:
        return node.get_record({target, address_of(steps)}, [this](const std::optional<Bytes>&) { ++ended; });
    }
  }
  void check_bounds() const {
    std::size_t size = 0;
    for (std::size_t i = 0; i < node.table().bucket_count(); ++i) {
      const auto& bucket = node.table().bucket(i);
      check(bucket.size() <= (i < 4 ? 64U : dht::kBucketSize));
      size += bucket.size();
    }
    check(node.table().size() == size && node.table().bucket_count() <= 256);
    check(node.next_due() <= surface.now_ + 30s);
  }
};

}  // namespace

void take(ByteView input) {
  Run run;
  Steps steps(input);
  for (std::size_t i = 0; i < kMaxSteps && steps.any(); ++i) {
    run.step(steps);
    run.check_bounds();
  }
  // Whatever came, each operation ends, once.
  for (int i = 0; i < 2000 && run.ended < run.begun; ++i) {
    run.surface.now_ += 1s;
    run.node.tick();
  }
  check(run.ended == run.begun);
}

}  // namespace mycostr::fuzz
