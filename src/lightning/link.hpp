// The way to one lnd: its gRPC channel, and the calls under way on it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <unordered_set>

#include "async/signal.hpp"
#include "lightning/access.hpp"

namespace grpc {
class Channel;
class ClientContext;
class Status;
}  // namespace grpc

namespace mycostr::lightning {

class Call;

/// Loop thread only. stop() must have returned before it is destroyed, once a call was made.
///
/// gRPC connects by itself, and again after it has lost the connection. Its last reference to a channel must
/// not die on one of its own threads (they would wait for themselves), so channels and contexts are released
/// on the loop only.
class Link {
 public:
  /// `loop` outlives it. Does nothing yet.
  Link(boost::asio::io_context& loop, LndAccess access);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  /// The channel for the next call. Made anew where a call has failed since, and the certificate's or the
  /// macaroon's file has changed. Errors: unreachable (the files), closed (stop() was called).
  Result<std::shared_ptr<grpc::Channel>> channel();
  /// What every call carries.
  void add_macaroon(grpc::ClientContext& context) const;
  /// The error of a call of this link that has failed; remembers to look at the files again.
  Error failure(const grpc::Status& status, Errc otherwise = Errc::internal);

  /// stop() waits for whoever holds one: what runs between two calls needs the link too.
  class Use {
   public:
    explicit Use(Link& link) : link_(link) { ++link_.uses_; }
    ~Use() {
      --link_.uses_;
      link_.ended_.notify_all();
    }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

   private:
    Link& link_;
  };

  /// No new calls; cancels those under way, and returns when gRPC and their callers have done with them.
  Task<> stop();

  boost::asio::io_context& loop() { return loop_; }

 private:
  friend class Call;

  boost::asio::io_context& loop_;
  const LndAccess access_;
  std::optional<Credentials> credentials_;  // of channel_
  std::shared_ptr<grpc::Channel> channel_;
  bool files_may_have_changed_ = true;
  std::unordered_set<Call*> live_;
  std::size_t uses_ = 0;
  bool stopped_ = false;
  async::Signal ended_;
};

}  // namespace mycostr::lightning
