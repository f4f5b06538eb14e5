// A call as its receiver sees it, where both sides are in one process.
#pragma once

#include "mycostr/transport.hpp"

namespace mycostr::test {

/// The body is there at once.
class LocalRequest final : public PeerRequest {
 public:
  LocalRequest(PeerIdentity from, PeerCall call) : from_(from), call_(std::move(call)) {}
  const PeerIdentity& from() const override { return from_; }
  const std::string& operation() const override { return call_.operation; }
  const Bytes& message() const override { return call_.message; }
  std::size_t body_size() const override { return call_.body.size(); }
  Task<Result<Buffer>> read_body() override { co_return call_.body; }
  Task<Result<void>> reserve_reply(std::size_t) override { co_return Result<void>(); }

 private:
  const PeerIdentity from_;
  const PeerCall call_;
};

}  // namespace mycostr::test
