#include "holder/eviction.hpp"

#include "holder/shard_service.hpp"
#include "support/local_request.hpp"
#include "unit/holder/machine.hpp"

namespace mycostr::holder {
namespace {

class EvictionTest : public Machine {
 protected:
  EvictionTest() {
    service_.accepts = [this](const NodeId&) { return accepts_; };
  }
  Task<> put_from(PeerRequest& request) { (void)co_await service_.handle_put(request); }
  Result<void> evict(const NodeId& of) {
    clock_.run(service_.wait_for_writes(of));
    return clock_.run(delete_all_of(chunks_, leaf_hashes_, of));
  }

  bool accepts_ = true;
  crypto::Identity identity_ = identity_of(2);
  Drain drain_{clock_, meta_, chunks_, [](WallTime) { return 0U; }, [] {}};
  LeafHashes leaf_hashes_{meta_};
  ShardService service_{identity_, clock_, pool_, chunks_, drain_, leaf_hashes_};
};

/// A request whose bytes take a while.
class SlowRequest final : public PeerRequest {
 public:
  SlowRequest(Clock& clock, Bytes bytes)
      : clock_(clock),
        bytes_(std::move(bytes)),
        message_(wire::encode(wire::PutShard{ShardId{crypto::merkle_root(bytes_).bytes}})) {}
  const PeerIdentity& from() const override { return from_; }
  const std::string& operation() const override { return operation_; }
  const Bytes& message() const override { return message_; }
  std::size_t body_size() const override { return bytes_.size(); }
  Task<Result<Buffer>> read_body() override {
    co_await clock_.sleep_for(std::chrono::seconds(10));
    co_return Buffer::copy_of(bytes_);
  }
  Task<Result<void>> reserve_reply(std::size_t) override { co_return Result<void>(); }

 private:
  Clock& clock_;
  const PeerIdentity from_{owner(1), {}};
  const std::string operation_ = wire::operations::kPutShard;
  const Bytes bytes_;
  const Bytes message_;
};

TEST_F(EvictionTest, TakesAllOfOneOwnerAndNothingElse) {
  for (int i = 0; i < 5; ++i) put(owner(1));
  const auto other = put(owner(2));
  ASSERT_TRUE(evict(owner(1)));
  EXPECT_EQ(chunks_.shards().size(), 1U);
  EXPECT_TRUE(chunks_.shards().contains(other));
}

TEST_F(EvictionTest, LeavesNothingOfWhatWasOnItsWay) {
  for (const auto after : {std::chrono::milliseconds(9'999), std::chrono::milliseconds(10'000)}) {
    accepts_ = true;
    SlowRequest request(clock_, random_.bytes(kLeafSize));
    test::Started putting(loop_, put_from(request));
    clock_.run_for(after);
    accepts_ = false;
    ASSERT_TRUE(evict(owner(1)));
    clock_.run_for(std::chrono::minutes(1));
    EXPECT_TRUE(putting.ended());
    EXPECT_TRUE(chunks_.shards().empty()) << after.count();
  }
}

}  // namespace
}  // namespace mycostr::holder
