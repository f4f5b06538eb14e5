#include "wire/node_record.hpp"

#include "unit/wire/hostile.hpp"

namespace mycostr::wire {
namespace {

class NodeRecordTest : public testing::Test {
 protected:
  crypto::Identity identity_ = identity_of(1);

  NodeRecord record() const {
    NodeRecord out;
    out.seq = 1'767'225'600'000;
    out.public_key = identity_.public_key();
    out.endpoints = {{"node.example.org", 4081}, {"2001:db8::1", 4081}};
    out.is_holder = true;
    out.location = "DE/K\xc3\xb6ln";
    out.capacity = 100_GiB;
    out.free = 40_GiB;
    out.price_msat_per_tb_month = 1'500'000;
    out.expires = from_unix_ms(1'767'268'800'000);
    out.network_id = "mainnet";
    return out;
  }
  /// What decoding gives for a record changed by `change`.
  Result<NodeRecord> sent(std::function<void(NodeRecord&)> change) const {
    auto changed = record();
    change(changed);
    return decode_record(encode_record(changed, identity_));
  }
  RawMessage raw() const {
    RawMessage out;
    out.number(1, 1).number(2, 7).text(3, identity_.public_key().text());
    return out;
  }
  Result<NodeRecord> sent(const RawMessage& payload) const {
    return decode_record(sign_and_encode(identity_, kRecordPurpose, payload.bytes()));
  }
};

TEST_F(NodeRecordTest, RoundTrips) {
  const auto back = decode_record(encode_record(record(), identity_));
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, record());
  EXPECT_EQ(back->id(), identity_.id());
}

TEST_F(NodeRecordTest, OfAnOwnerNeedsNothingButItsKey) {
  const auto back = sent(raw());
  ASSERT_TRUE(back);
  EXPECT_FALSE(back->is_holder);
  EXPECT_TRUE(back->endpoints.empty() && back->location.empty() && back->network_id.empty());
}

TEST_F(NodeRecordTest, OfADrainingHolderSaysSo) {
  const auto back = sent([](auto& changed) { changed.is_draining = true; });
  ASSERT_TRUE(back);
  EXPECT_TRUE(back->is_holder && back->is_draining);
  EXPECT_FALSE(sent([](auto&) {})->is_draining);
  EXPECT_TRUE(sent(raw().number(5, 2))->is_draining);
  EXPECT_FALSE(sent(raw().number(5, 4))->is_draining);
}

TEST_F(NodeRecordTest, OfANewerNodeKeepsItsUnknownFields) {
  EXPECT_TRUE(sent(raw().text(99, "new").number(5, 0xff)));
}

TEST_F(NodeRecordTest, OfAnotherVersionIsRefused) {
  RawMessage payload;
  payload.number(1, 2).number(2, 7).text(3, identity_.public_key().text());
  EXPECT_EQ(sent(payload).error().code, Errc::invalid);
}

TEST_F(NodeRecordTest, NeedsAKeyOfItsLength) {
  for (const std::size_t size : {0, 31, 33, 64}) {
    RawMessage payload;
    payload.number(1, 1).text(3, std::string(size, 'k'));
    EXPECT_FALSE(sent(payload)) << size;
  }
}

TEST_F(NodeRecordTest, TakesWhatIsAtTheLimits) {
  EXPECT_TRUE(sent([](auto& r) { r.endpoints.assign(kMaxEndpoints, {"a.example.org", 65535}); }));
  EXPECT_TRUE(sent([](auto& r) { r.location.assign(kMaxLocationSize, 'a'); }));
  EXPECT_TRUE(sent([](auto& r) { r.network_id.assign(kMaxNetworkIdSize, 'a'); }));
  EXPECT_TRUE(sent([](auto& r) { r.free = r.capacity; }));
  EXPECT_TRUE(sent([](auto& r) { r.capacity = r.free = {UINT64_MAX}; }));
  EXPECT_TRUE(sent([](auto& r) { r.seq = r.price_msat_per_tb_month = UINT64_MAX; }));
  EXPECT_TRUE(sent([](auto& r) { r.expires = from_unix_ms((1LL << 48) - 1); }));
}

TEST_F(NodeRecordTest, RefusesWhatIsBeyondThem) {
  EXPECT_FALSE(sent([](auto& r) { r.endpoints.assign(kMaxEndpoints + 1, {"a.example.org", 1}); }));
  EXPECT_FALSE(sent([](auto& r) { r.endpoints.assign(1, {std::string(254, 'a'), 1}); }));
  EXPECT_FALSE(sent(raw().text(99, std::string(kMaxRecordSize, 'a')))) << "unknown fields count too";
  EXPECT_FALSE(sent([](auto& r) { r.location.assign(kMaxLocationSize + 1, 'a'); }));
  EXPECT_FALSE(sent([](auto& r) { r.network_id.assign(kMaxNetworkIdSize + 1, 'a'); }));
  EXPECT_FALSE(sent([](auto& r) { r.free = r.capacity + ByteCount{1}; }));
  EXPECT_FALSE(sent([](auto& r) { r.expires = from_unix_ms(-1); }));
  EXPECT_FALSE(sent([](auto& r) { r.expires = from_unix_ms(1LL << 48); }));
}

TEST_F(NodeRecordTest, RefusesTextThatIsNone) {
  for (const std::string text : {"DE\n", "DE\x1b[2J", "\x7f", "\xff\xfe", "\xc3"}) {
    EXPECT_FALSE(sent(raw().text(6, text))) << text;
    EXPECT_FALSE(sent(raw().text(11, text))) << text;
  }
  EXPECT_FALSE(sent(raw().text(6, std::string_view("D\0E", 3))));
}

TEST_F(NodeRecordTest, RefusesEndpointsThatAreNone) {
  const auto with = [&](std::string_view host, std::uint64_t port) {
    return sent(raw().text(4, RawMessage().text(1, host).number(2, port).view())).has_value();
  };
  EXPECT_TRUE(with("node.example.org", 1));
  EXPECT_TRUE(with("::1", 65535));
  EXPECT_FALSE(with("node.example.org", 0));
  EXPECT_FALSE(with("node.example.org", 65536));
  for (const auto* host : {"", "a b", "[::1]", "[a]", "]:[", "a:1", "::1%eth0", "a/b", "user@host", "\xff"}) {
    EXPECT_FALSE(with(host, 80)) << host;
  }
}

TEST_F(NodeRecordTest, SignedByAnotherKeyIsRefused) {
  const auto forged = encode_record(record(), identity_of(2));
  EXPECT_EQ(decode_record(forged).error().code, Errc::invalid);
  EXPECT_TRUE(decode_trusted_record(forged)) << "the own disk's records were checked before";
}

TEST_F(NodeRecordTest, NoDamageGoesUnnoticed) {
  const auto good = encode_record(record(), identity_);
  for_hostile_variants(good, [&](const Bytes& bytes) {
    EXPECT_FALSE(decode_record(bytes)) << to_hex(bytes);
    (void)decode_trusted_record(bytes);
  });
}

}  // namespace
}  // namespace mycostr::wire
