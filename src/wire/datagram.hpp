// The DHT's datagrams: one fixed head, a body by kind, a signature over both. Decoding checks every length;
// what it returns is in bounds, but of unknown origin until the signature is checked. docs/protocol.md shows
// the layout.
#pragma once

#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/ip_address.hpp"

namespace mycostr::wire {

inline constexpr std::string_view kDatagramPurpose = "mycostr/dht/1";
/// Of a value or a record that travels in a datagram.
inline constexpr std::size_t kMaxDhtValue = 1000;
inline constexpr std::size_t kMaxContactsPerReply = 20;

/// Where a node can be asked.
struct Contact {
  NodeId id;
  UdpAddress address;
  bool operator==(const Contact&) const = default;
};

/// Chosen at random by who asks, so that only who saw the request can answer it.
using Transaction = FixedBytes<struct TransactionTag, 8>;
/// Proof that its bearer receives what is sent to its address: made by the other side, echoed.
using Cookie = FixedBytes<struct CookieTag, 8>;
/// The first bytes of SHA-256("mycostr/network/1" || network id).
using NetworkTag = FixedBytes<struct NetworkTagTag, 8>;
using Nonce = FixedBytes<struct NonceTag, 8>;

NetworkTag network_tag(std::string_view network_id);

/// Bodies. Requests:
struct Ping {};
struct FindNodes {
  NodeId target;
};
struct GetValue {
  NodeId key;
};
struct PutValue {
  Bytes value;
};
/// "Give me your own node record."
struct GetRecord {};
/// "Let a node that I have not spoken to knock at the address I write from."
struct CheckMe {
  Nonce nonce;
};
/// The same, passed on to that node.
struct KnockAt {
  UdpAddress address;
  Nonce nonce;
};
/// The knock: its arrival is what counts.
struct Knock {
  Nonce nonce;
};
/// Replies:
struct Done {};
struct Nodes {
  std::vector<Contact> contacts;  ///< up to kMaxContactsPerReply
};
struct Value {
  Bytes value;
};
/// The request was understood and not carried out.
enum class Refusal : std::uint8_t { cookie = 1, full = 2, outdated = 3, invalid = 4 };
struct Refused {
  Refusal why{};
};

/// In the order of their kind's number on the wire, from 1.
using DatagramBody = std::variant<Ping, FindNodes, GetValue, PutValue, GetRecord, CheckMe, KnockAt, Knock,
                                  Done, Nodes, Value, Refused>;

/// The first bytes of a node's id.
using ReceiverTag = FixedBytes<struct ReceiverTagTag, 16>;
ReceiverTag receiver_tag(const NodeId& id);

struct Datagram {
  DatagramBody body;
  bool is_server = false;  ///< the sender can be reached by others, and may enter routing tables
  Transaction transaction;
  NetworkTag network;
  Cookie cookie;        ///< in a request the receiver's last one; in a reply one for the next request
  PublicKey key;        ///< the sender's
  UdpAddress observed;  ///< in a reply: where the request came from
  /// In a request: for whom it is, zeros where only an address is known. Else whoever gets it could pass it
  /// on, and its sender would seem to be where that one is.
  ReceiverTag receiver;
  std::uint64_t record_seq = 0;  ///< of the sender's node record: who has an older one may ask for it
};

bool is_reply(const DatagramBody& body);

/// Signs and checks signatures; the daemon's are Ed25519. Loop thread only.
class DatagramSigner {
 public:
  virtual ~DatagramSigner() = default;
  virtual const PublicKey& key() const = 0;
  /// Of kDatagramPurpose and the bytes.
  virtual Signature sign(ByteView bytes) = 0;
  virtual bool verify(const PublicKey& key, ByteView bytes, const Signature& signature) = 0;
};

/// With the signature. A request is padded with zeros to `least_size` bytes. REQUIRES: the body is in bounds.
Bytes encode_datagram(const Datagram& datagram, DatagramSigner& signer, std::size_t least_size = 0);

struct ReceivedDatagram {
  Datagram datagram;
  ByteView signed_bytes;  ///< of the input
  Signature signature;
};
/// Errors: invalid.
Result<ReceivedDatagram> decode_datagram(ByteView bytes);

/// The size of a reply with so many contacts.
std::size_t nodes_reply_size(std::size_t contacts);
std::size_t value_reply_size(std::size_t value_size);

}  // namespace mycostr::wire
