#include "wire/datagram.hpp"

#include <algorithm>
#include <array>

#include "crypto/sha256.hpp"

namespace mycostr::wire {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kServerFlag = 1;
constexpr std::size_t kAddressSize = 18;
constexpr std::size_t kContactSize = 32 + kAddressSize;
constexpr std::size_t kHeadSize = 3 + 8 + 8 + 8 + 32 + kAddressSize + 8;
constexpr std::size_t kSignatureSize = 64;
constexpr std::size_t kFirstReply = 8;  // index in DatagramBody

class Writer {
 public:
  explicit Writer(Bytes& out) : out_(out) {}
  void u8(std::uint8_t value) { out_.push_back(value); }
  void u16(std::size_t value) {
    u8(static_cast<std::uint8_t>(value >> 8));
    u8(static_cast<std::uint8_t>(value));
  }
  void u64(std::uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8) u8(static_cast<std::uint8_t>(value >> shift));
  }
  void bytes(ByteView view) { out_.insert(out_.end(), view.begin(), view.end()); }
  void address(const UdpAddress& address) {
    bytes(address.ip.bytes);
    u16(address.port);
  }
  void contact(const Contact& contact) {
    bytes(contact.id.bytes);
    address(contact.address);
  }
  void value(const Bytes& value) {
    u16(value.size());
    bytes(value);
  }

 private:
  Bytes& out_;
};

/// Reads from the front; once something is missing, everything after it reads as zero and ok() is false.
class Reader {
 public:
  explicit Reader(ByteView in) : in_(in) {}
  bool ok() const { return ok_; }
  std::uint8_t u8() { return take(1)[0]; }
  std::uint16_t u16() {
    const auto raw = take(2);
    return static_cast<std::uint16_t>(raw[0] << 8 | raw[1]);
  }
  std::uint64_t u64() { return read_be64(take(8)); }
  template <class Id>
  Id id() {
    Id out;
    const auto raw = take(Id::kSize);
    std::copy(raw.begin(), raw.end(), out.bytes.begin());
    return out;
  }
  UdpAddress address() {
    UdpAddress out;
    const auto raw = take(out.ip.bytes.size());
    std::copy(raw.begin(), raw.end(), out.ip.bytes.begin());
    out.port = u16();
    return out;
  }
  Bytes value() {
    const auto size = u16();
    if (size > kMaxDhtValue || size > in_.size()) {
      ok_ = false;
      return {};
    }
    const auto raw = take(size);
    return Bytes(raw.begin(), raw.end());
  }
  std::vector<Contact> contacts() {
    const auto count = u8();
    std::vector<Contact> out;
    if (count > kMaxContactsPerReply || count * kContactSize > in_.size()) ok_ = false;
    for (std::size_t i = 0; ok_ && i < count; ++i) {
      auto& contact = out.emplace_back();
      contact.id = id<NodeId>();
      contact.address = address();
    }
    return out;
  }
  bool rest_is_padding() const {
    return std::ranges::all_of(in_, [](std::uint8_t byte) { return byte == 0; });
  }

 private:
  ByteView take(std::size_t count) {
    static constexpr std::array<std::uint8_t, 64> kNothing{};
    if (count > in_.size()) {
      ok_ = false;
      in_ = {};
      return ByteView(kNothing).first(std::min(count, kNothing.size()));
    }
    const auto out = in_.first(count);
    in_ = in_.subspan(count);
    return out;
  }
  ByteView in_;
  bool ok_ = true;
};

struct BodyWriter {
  Writer& to;
  void operator()(const Ping&) const {}
  void operator()(const FindNodes& body) const { to.bytes(body.target.bytes); }
  void operator()(const GetValue& body) const { to.bytes(body.key.bytes); }
  void operator()(const PutValue& body) const { to.value(body.value); }
  void operator()(const GetRecord&) const {}
  void operator()(const CheckMe& body) const { to.bytes(body.nonce.bytes); }
  void operator()(const KnockAt& body) const {
    to.address(body.address);
    to.bytes(body.nonce.bytes);
  }
  void operator()(const Knock& body) const { to.bytes(body.nonce.bytes); }
  void operator()(const Done&) const {}
  void operator()(const Nodes& body) const {
    to.u8(static_cast<std::uint8_t>(body.contacts.size()));
    for (const auto& contact : body.contacts) to.contact(contact);
  }
  void operator()(const Value& body) const { to.value(body.value); }
  void operator()(const Refused& body) const { to.u8(static_cast<std::uint8_t>(body.why)); }
};

bool read_refusal(Reader& from, DatagramBody& out) {
  const auto why = from.u8();
  if (why < 1 || why > 4) return false;
  out = Refused{static_cast<Refusal>(why)};
  return true;
}

/// `kind` counts from 0, as DatagramBody does.
bool read_body(std::size_t kind, Reader& from, DatagramBody& out) {
  switch (kind) {
    case 0:
      out = Ping{};
      return true;
    case 1:
      out = FindNodes{from.id<NodeId>()};
      return true;
    case 2:
      out = GetValue{from.id<NodeId>()};
      return true;
    case 3:
      out = PutValue{from.value()};
      return true;
    case 4:
      out = GetRecord{};
      return true;
    case 5:
      out = CheckMe{from.id<Nonce>()};
      return true;
    case 6: {
      const auto address = from.address();
      out = KnockAt{address, from.id<Nonce>()};
      return true;
    }
    case 7:
      out = Knock{from.id<Nonce>()};
      return true;
    case 8:
      out = Done{};
      return true;
    case 9:
      out = Nodes{from.contacts()};
      return true;
    case 10:
      out = Value{from.value()};
      return true;
    case 11:
      return read_refusal(from, out);
    default:
      return false;
  }
}

std::unexpected<Error> malformed() {
  return fail(Errc::invalid, "malformed datagram");
}

}  // namespace

NetworkTag network_tag(std::string_view network_id) {
  const auto digest = crypto::sha256({as_bytes("mycostr/network/1"), as_bytes(network_id)});
  return *NetworkTag::from(digest.view().first(NetworkTag::kSize));
}

ReceiverTag receiver_tag(const NodeId& id) {
  return *ReceiverTag::from(id.view().first(ReceiverTag::kSize));
}

bool is_reply(const DatagramBody& body) {
  return body.index() >= kFirstReply;
}

Bytes encode_datagram(const Datagram& datagram, DatagramSigner& signer, std::size_t least_size) {
  Bytes out;
  out.reserve(std::max<std::size_t>(least_size, 256));
  Writer to(out);
  to.u8(kVersion);
  to.u8(static_cast<std::uint8_t>(datagram.body.index() + 1));
  to.u8(datagram.is_server ? kServerFlag : 0);
  to.bytes(datagram.transaction.bytes);
  to.bytes(datagram.network.bytes);
  to.bytes(datagram.cookie.bytes);
  to.bytes(signer.key().bytes);
  if (is_reply(datagram.body)) {
    to.address(datagram.observed);
  } else {
    to.bytes(datagram.receiver.bytes);
    to.u16(0);
  }
  to.u64(datagram.record_seq);
  std::visit(BodyWriter{to}, datagram.body);
  if (out.size() + kSignatureSize < least_size) out.resize(least_size - kSignatureSize);
  to.bytes(signer.sign(out).bytes);
  return out;
}

Result<ReceivedDatagram> decode_datagram(ByteView bytes) {
  if (bytes.size() < kHeadSize + kSignatureSize || bytes.size() > kMaxDatagram) return malformed();
  ReceivedDatagram out;
  out.signed_bytes = bytes.first(bytes.size() - kSignatureSize);
  out.signature = *Signature::from(bytes.last(kSignatureSize));
  Reader from(out.signed_bytes);
  auto& datagram = out.datagram;
  if (from.u8() != kVersion) return malformed();
  const auto kind = from.u8();
  const auto flags = from.u8();
  if (kind == 0 || flags > kServerFlag) return malformed();
  datagram.is_server = (flags & kServerFlag) != 0;
  datagram.transaction = from.id<Transaction>();
  datagram.network = from.id<NetworkTag>();
  datagram.cookie = from.id<Cookie>();
  datagram.key = from.id<PublicKey>();
  if (kind - 1U >= kFirstReply) {
    datagram.observed = from.address();
  } else {
    datagram.receiver = from.id<ReceiverTag>();
    if (from.u16() != 0) return malformed();
  }
  datagram.record_seq = from.u64();
  if (!read_body(kind - 1U, from, datagram.body) || !from.ok() || !from.rest_is_padding()) return malformed();
  return out;
}

std::size_t nodes_reply_size(std::size_t contacts) {
  return kHeadSize + 1 + contacts * kContactSize + kSignatureSize;
}
std::size_t value_reply_size(std::size_t value_size) {
  return kHeadSize + 2 + value_size + kSignatureSize;
}

}  // namespace mycostr::wire
