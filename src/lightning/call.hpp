// One call to lnd: where gRPC's threads hand over to the loop.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <boost/asio/executor_work_guard.hpp>
#include <memory>

#include "base/time.hpp"
#include "lightning/link.hpp"

namespace mycostr::lightning {

/// Base of unary calls and streams. Made by make_shared on the loop, used and released there: whoever awaits
/// it and gRPC's callback each hold it, and the callback's share travels to the loop with the news.
class Call {
 public:
  /// `link` outlives it. `limit`: its deadline from now; nothing: none.
  Call(Link& link, std::optional<Duration> limit);
  virtual ~Call() = default;
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  grpc::ClientContext& context() { return context_; }
  /// It ends soon, with CANCELLED; lnd may have carried it out.
  void cancel() { context_.TryCancel(); }
  bool has_ended() const { return ended_; }
  const grpc::Status& status() const { return status_; }

  /// Returns once it has ended. Cancellation: cancels the call too and throws; the call ends without the
  /// caller.
  Task<> end();

  /// Any thread, once, as the last thing gRPC has to say of this call.
  static void ended(std::shared_ptr<Call> self, grpc::Status status);

 protected:
  boost::asio::io_context& loop() { return link_.loop(); }
  async::Signal& changed() { return changed_; }

 private:
  Link& link_;
  // The loop must not run out of work while only gRPC's threads are busy.
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  grpc::ClientContext context_;
  grpc::Status status_;
  bool ended_ = false;
  async::Signal changed_;
};

}  // namespace mycostr::lightning
