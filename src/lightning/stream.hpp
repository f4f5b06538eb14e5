// A stream of messages from lnd, read one by one.
#pragma once

#include <grpcpp/support/client_callback.h>

#include <boost/asio/post.hpp>

#include "lightning/call.hpp"

namespace mycostr::lightning {

/// Keeps itself alive until gRPC is done with it. At most one message waits here, the rest at lnd's side.
template <class Request, class Message>
class StreamCall final : public Call, public grpc::ClientReadReactor<Message> {
 public:
  StreamCall(Link& link, Request asked, std::optional<Duration> limit)
      : Call(link, limit), request(std::move(asked)) {}

  void start(std::shared_ptr<StreamCall> self) {
    self_ = std::move(self);
    // Reads are started on the loop, while gRPC's threads may find that the stream has ended: it must not go
    // before the last of them.
    this->AddHold();
    this->StartCall();
  }

  Task<std::optional<Message>> next() {
    arrived_ = false;
    if (holds_) this->StartRead(&message_);
    while (!arrived_ && !has_ended()) co_await changed().wait();
    if (!arrived_) co_return std::nullopt;
    co_return std::move(message_);
  }

  void drop() {
    cancel();
    release();
  }

  const Request request;

 private:
  void OnReadDone(bool ok) override {
    boost::asio::post(loop(), [self = self_, ok] { self->read_done(ok); });
  }
  void OnDone(const grpc::Status& status) override {
    // Gone, perhaps, as soon as it is on its way to the loop.
    Call::ended(std::move(self_), status);
  }

  void read_done(bool ok) {
    if (!ok) return release();  // and OnDone follows
    arrived_ = true;
    changed().notify_all();
  }
  void release() {
    if (std::exchange(holds_, false)) this->RemoveHold();
  }

  std::shared_ptr<StreamCall> self_;
  Message message_;
  bool arrived_ = false;
  bool holds_ = true;
};

/// The reader's end of a stream; its end of life cancels the stream. Loop thread only.
template <class Request, class Message>
class Stream {
 public:
  explicit Stream(std::shared_ptr<StreamCall<Request, Message>> call) : call_(std::move(call)) {}
  Stream(Stream&&) noexcept = default;
  Stream& operator=(Stream&&) = delete;
  ~Stream() {
    if (call_) call_->drop();
  }

  /// The next message; nothing where the stream has ended, which status() explains. One at a time.
  /// Cancellation: throws; the stream is of no use then.
  Task<std::optional<Message>> next() { return call_->next(); }
  /// REQUIRES: next() has returned nothing.
  const grpc::Status& status() const { return call_->status(); }

 private:
  std::shared_ptr<StreamCall<Request, Message>> call_;
};

/// A streaming method of a generated stub's `async` half.
template <class Async, class Request, class Message>
using StreamMethod = void (Async::*)(grpc::ClientContext*, const Request*, grpc::ClientReadReactor<Message>*);

/// open_stream<lnrpc::Lightning>(link, &lnrpc::Lightning::Stub::async::OpenChannel, request, limit). Errors:
/// as Link::channel(); all others are the stream's status.
template <class Service, class Async, class Request, class Message>
Result<Stream<Request, Message>> open_stream(Link& link, StreamMethod<Async, Request, Message> method,
                                             Request request, std::optional<Duration> limit) {
  const auto channel = link.channel();
  if (!channel) return std::unexpected(channel.error());
  auto call = std::make_shared<StreamCall<Request, Message>>(link, std::move(request), limit);
  typename Service::Stub stub(*channel);
  (stub.async()->*method)(&call->context(), &call->request, call.get());
  call->start(call);
  return Stream<Request, Message>(std::move(call));
}

}  // namespace mycostr::lightning
