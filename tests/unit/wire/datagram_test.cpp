#include "wire/datagram.hpp"

#include "unit/wire/hostile.hpp"
#include "wire/signed.hpp"

namespace mycostr::wire {
namespace {

class Ed25519Signer final : public DatagramSigner {
 public:
  explicit Ed25519Signer(std::uint64_t seed) : identity_(identity_of(seed)) {}
  const PublicKey& key() const override { return identity_.public_key(); }
  Signature sign(ByteView bytes) override { return identity_.sign(kDatagramPurpose, bytes); }
  bool verify(const PublicKey& key, ByteView bytes, const Signature& signature) override {
    return crypto::verify(key, kDatagramPurpose, bytes, signature);
  }

 private:
  crypto::Identity identity_;
};

class DatagramTest : public testing::Test {
 protected:
  Ed25519Signer signer_{1};
  test::SeededRandom random_{1};

  Datagram of(DatagramBody body) {
    Datagram out;
    out.body = std::move(body);
    out.is_server = true;
    out.transaction = random_.make<Transaction>();
    out.network = network_tag("mainnet");
    out.cookie = random_.make<Cookie>();
    out.key = signer_.key();
    out.observed = address();
    out.receiver = random_.make<ReceiverTag>();
    out.record_seq = random_.below(UINT64_MAX);
    return out;
  }
  UdpAddress address() {
    UdpAddress out;
    random_.fill(out.ip.bytes);
    out.port = static_cast<std::uint16_t>(random_.below(65536));
    return out;
  }
  std::vector<Contact> contacts(std::size_t count) {
    std::vector<Contact> out;
    while (out.size() < count) out.push_back({random_.make<NodeId>(), address()});
    return out;
  }
  std::vector<DatagramBody> bodies() {
    return {Ping{},
            FindNodes{random_.make<NodeId>()},
            GetValue{random_.make<NodeId>()},
            PutValue{random_.bytes(200)},
            GetRecord{},
            CheckMe{random_.make<Nonce>()},
            KnockAt{address(), random_.make<Nonce>()},
            Knock{random_.make<Nonce>()},
            Done{},
            Nodes{contacts(3)},
            Value{random_.bytes(200)},
            Refused{Refusal::outdated}};
  }
  /// What a node makes of it: nothing where it is malformed or not signed by who it names.
  std::optional<Datagram> accepted(ByteView bytes) {
    const auto got = decode_datagram(bytes);
    if (!got || !signer_.verify(got->datagram.key, got->signed_bytes, got->signature)) return std::nullopt;
    return got->datagram;
  }
  /// The head and some bytes behind it, signed rightly, whatever they are.
  Bytes raw(std::uint8_t kind, ByteView body) {
    auto bytes = encode_datagram(of(Ping{}), signer_);
    bytes.resize(bytes.size() - Signature::kSize);
    bytes[1] = kind;
    bytes.insert(bytes.end(), body.begin(), body.end());
    return resigned(std::move(bytes));
  }
  Bytes resigned(Bytes bytes) {
    const auto signature = signer_.sign(bytes);
    bytes.insert(bytes.end(), signature.bytes.begin(), signature.bytes.end());
    return bytes;
  }
};

TEST_F(DatagramTest, EveryKindComesBackAsItWas) {
  for (const auto& body : bodies()) {
    for (const std::size_t padded : {std::size_t{0}, std::size_t{700}, kMaxDatagram}) {
      const auto sent = of(body);
      const auto bytes = encode_datagram(sent, signer_, padded);
      const auto got = accepted(bytes);
      ASSERT_TRUE(got) << body.index();
      EXPECT_GE(bytes.size(), padded);
      EXPECT_EQ(got->body.index(), body.index());
      EXPECT_EQ(got->is_server, sent.is_server);
      EXPECT_EQ(got->transaction, sent.transaction);
      EXPECT_EQ(got->network, sent.network);
      EXPECT_EQ(got->cookie, sent.cookie);
      EXPECT_EQ(got->key, sent.key);
      EXPECT_EQ(got->observed, is_reply(body) ? sent.observed : UdpAddress());
      EXPECT_EQ(got->receiver, is_reply(body) ? ReceiverTag() : sent.receiver);
      EXPECT_EQ(got->record_seq, sent.record_seq);
      EXPECT_EQ(encode_datagram(*got, signer_, padded), bytes) << "nothing was lost";
      EXPECT_EQ(is_reply(got->body), body.index() >= 8);
    }
  }
}

TEST_F(DatagramTest, BodiesKeepTheirFields) {
  const auto list = contacts(kMaxContactsPerReply);
  EXPECT_EQ(std::get<Nodes>(accepted(encode_datagram(of(Nodes{list}), signer_))->body).contacts, list);
  const auto value = random_.bytes(kMaxDhtValue);
  EXPECT_EQ(std::get<Value>(accepted(encode_datagram(of(Value{value}), signer_))->body).value, value);
  EXPECT_EQ(std::get<PutValue>(accepted(encode_datagram(of(PutValue{value}), signer_))->body).value, value);
  const KnockAt knock{address(), random_.make<Nonce>()};
  const auto got = std::get<KnockAt>(accepted(encode_datagram(of(knock), signer_))->body);
  EXPECT_EQ(got.address, knock.address);
  EXPECT_EQ(got.nonce, knock.nonce);
}

TEST_F(DatagramTest, IsLaidOutAsDocumented) {
  auto datagram = of(FindNodes{random_.make<NodeId>()});
  datagram.record_seq = 0x0102030405060708;
  const auto bytes = encode_datagram(datagram, signer_, 300);
  const auto part = [&](std::size_t from, std::size_t size) {
    return to_hex(ByteView(bytes).subspan(from, size));
  };
  ASSERT_EQ(bytes.size(), 300U);
  EXPECT_EQ(part(0, 3), "010201");
  EXPECT_EQ(part(3, 8), datagram.transaction.hex());
  EXPECT_EQ(part(11, 8), datagram.network.hex());
  EXPECT_EQ(part(19, 8), datagram.cookie.hex());
  EXPECT_EQ(part(27, 32), signer_.key().hex());
  EXPECT_EQ(part(59, 18), datagram.receiver.hex() + "0000");
  EXPECT_EQ(part(77, 8), "0102030405060708");
  EXPECT_EQ(part(85, 32), std::get<FindNodes>(datagram.body).target.hex());
  EXPECT_EQ(part(117, 119), std::string(2 * 119, '0'));
  EXPECT_EQ(part(236, 64), signer_.sign(ByteView(bytes).first(236)).hex());
  auto reply = of(Done{});
  reply.observed = {IpAddress::v4(203, 0, 113, 7), 0x1234};
  EXPECT_EQ(to_hex(ByteView(encode_datagram(reply, signer_)).subspan(59, 18)),
            "00000000000000000000ffffcb0071071234");
}

TEST_F(DatagramTest, SizesOfRepliesAreToldInAdvance) {
  for (std::size_t i = 0; i <= kMaxContactsPerReply; ++i) {
    EXPECT_EQ(encode_datagram(of(Nodes{contacts(i)}), signer_).size(), nodes_reply_size(i));
  }
  EXPECT_EQ(encode_datagram(of(Value{Bytes(kMaxDhtValue)}), signer_).size(), value_reply_size(kMaxDhtValue));
  EXPECT_LE(nodes_reply_size(kMaxContactsPerReply), kMaxDatagram);
  EXPECT_LE(value_reply_size(kMaxDhtValue), kMaxDatagram);
}

TEST_F(DatagramTest, NoDamageGoesUnnoticed) {
  for (const auto& body : bodies()) {
    for_hostile_variants(encode_datagram(of(body), signer_),
                         [&](const Bytes& bytes) { EXPECT_FALSE(accepted(bytes)) << to_hex(bytes); });
  }
  for_hostile_variants(encode_datagram(of(FindNodes{}), signer_, 400),
                       [&](const Bytes& bytes) { EXPECT_FALSE(accepted(bytes)); });
}

TEST_F(DatagramTest, WhatFollowsTheBodyIsZeros) {
  EXPECT_TRUE(accepted(raw(1, Bytes(100))));
  for (std::size_t at = 0; at < 100; ++at) {
    Bytes padding(100);
    padding[at] = 1;
    EXPECT_FALSE(decode_datagram(raw(1, padding))) << at;
  }
  auto bytes = encode_datagram(of(Ping{}), signer_);
  bytes.push_back(0);
  EXPECT_FALSE(accepted(bytes)) << "behind the signature";
}

TEST_F(DatagramTest, RefusesWhatIsTooShortOrTooLong) {
  for (std::size_t size = 0; size < 85 + 64; ++size) EXPECT_FALSE(decode_datagram(Bytes(size, 1)));
  EXPECT_TRUE(accepted(encode_datagram(of(Ping{}), signer_, kMaxDatagram)));
  EXPECT_FALSE(decode_datagram(encode_datagram(of(Ping{}), signer_, kMaxDatagram + 1)));
}

TEST_F(DatagramTest, RefusesOtherVersionsKindsAndFlags) {
  const auto good = encode_datagram(of(Ping{}), signer_);
  const auto with = [&](std::size_t at, unsigned value) {
    auto bytes = good;
    bytes[at] = static_cast<std::uint8_t>(value);
    return decode_datagram(bytes).has_value();
  };
  for (unsigned value = 0; value < 256; ++value) {
    EXPECT_EQ(with(0, value), value == 1) << value;
    EXPECT_EQ(with(2, value), value <= 1) << value;
    if (value == 0 || value > 12) EXPECT_FALSE(with(1, value)) << value;
  }
}

TEST_F(DatagramTest, RefusesCountsThatLie) {
  const auto nodes = [&](std::uint8_t count, std::size_t bytes) {
    Bytes body{count};
    body.resize(1 + bytes, 7);
    return decode_datagram(raw(10, body)).has_value();
  };
  EXPECT_TRUE(nodes(2, 100));
  EXPECT_FALSE(nodes(2, 99));
  EXPECT_FALSE(nodes(21, 21 * 50));
  EXPECT_FALSE(nodes(255, 1000));
  const auto value = [&](std::uint8_t kind, std::size_t told, std::size_t bytes) {
    Bytes body{static_cast<std::uint8_t>(told >> 8), static_cast<std::uint8_t>(told)};
    body.resize(2 + bytes, 7);
    return decode_datagram(raw(kind, body)).has_value();
  };
  for (const std::uint8_t kind : {std::uint8_t{4}, std::uint8_t{11}}) {
    EXPECT_TRUE(value(kind, 1000, 1000));
    EXPECT_FALSE(value(kind, 1000, 999));
    EXPECT_FALSE(value(kind, 1001, 1001));
    EXPECT_FALSE(value(kind, 65535, 1000));
    EXPECT_FALSE(decode_datagram(raw(kind, Bytes{0})));
  }
  for (unsigned why = 0; why < 256; ++why) {
    EXPECT_EQ(decode_datagram(raw(12, Bytes{static_cast<std::uint8_t>(why)})).has_value(),
              why >= 1 && why <= 4);
  }
}

TEST_F(DatagramTest, BodiesThatAreCutShortAreRefused) {
  for (const auto& [kind, size] : {std::pair{2, 32}, {3, 32}, {6, 8}, {7, 26}, {8, 8}, {12, 1}}) {
    for (int have = 0; have <= size; ++have) {
      const Bytes body(static_cast<std::size_t>(have), 1);
      EXPECT_EQ(decode_datagram(raw(static_cast<std::uint8_t>(kind), body)).has_value(), have == size)
          << kind;
    }
  }
}

TEST_F(DatagramTest, ASignatureIsOfItsKeyAndPurpose) {
  const auto bytes = encode_datagram(of(Ping{}), signer_);
  const auto got = *decode_datagram(bytes);
  EXPECT_FALSE(signer_.verify(Ed25519Signer(2).key(), got.signed_bytes, got.signature));
  EXPECT_FALSE(crypto::verify(signer_.key(), kRecordPurpose, got.signed_bytes, got.signature));
}

TEST(NetworkTag, DiffersByNetwork) {
  EXPECT_EQ(network_tag("mainnet"), network_tag("mainnet"));
  EXPECT_NE(network_tag("mainnet"), network_tag("testnet"));
  EXPECT_NE(network_tag(""), network_tag("mainnet"));
}

}  // namespace
}  // namespace mycostr::wire
