// links: wire
#include "wire/datagram.hpp"

#include "fuzz/entry.hpp"

namespace mycostr::fuzz {
namespace {

/// Signs as whoever signed the input.
class Echo final : public wire::DatagramSigner {
 public:
  explicit Echo(const wire::ReceivedDatagram& received) : received_(received) {}
  const PublicKey& key() const override { return received_.datagram.key; }
  Signature sign(ByteView bytes) override {
    check(bytes.size() == received_.signed_bytes.size());
    return received_.signature;
  }
  bool verify(const PublicKey&, ByteView, const Signature&) override { return true; }

 private:
  const wire::ReceivedDatagram& received_;
};

}  // namespace

void take(ByteView input) {
  const auto received = wire::decode_datagram(input);
  if (!received) return;
  check(input.size() <= kMaxDatagram);
  Echo echo(*received);
  const auto again = wire::encode_datagram(received->datagram, echo, input.size());
  check(std::ranges::equal(again, input));
}

}  // namespace mycostr::fuzz
