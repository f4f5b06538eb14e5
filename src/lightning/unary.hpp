// A unary call as a task.
#pragma once

#include <functional>

#include "lightning/call.hpp"

namespace mycostr::lightning {

/// An lnd that does not answer in this time is as good as none.
inline constexpr Duration kCallLimit = std::chrono::seconds(15);

template <class Request, class Response>
struct UnaryCall final : Call {
  UnaryCall(Link& link, Request asked, Duration limit) : Call(link, limit), request(std::move(asked)) {}
  const Request request;
  Response response;
};

/// A method of a generated stub's `async` half.
template <class Async, class Request, class Response>
using UnaryMethod = void (Async::*)(grpc::ClientContext*, const Request*, Response*,
                                    std::function<void(grpc::Status)>);

/// unary<lnrpc::Lightning>(link, &lnrpc::Lightning::Stub::async::GetInfo, request). Errors: as
/// Link::failure(). Cancellation: as Call::end().
template <class Service, class Async, class Request, class Response>
Task<Result<Response>> unary(Link& link, UnaryMethod<Async, Request, Response> method, Request request,
                             Errc otherwise = Errc::internal, Duration limit = kCallLimit) {
  const auto channel = link.channel();
  if (!channel) co_return std::unexpected(channel.error());
  const auto call = std::make_shared<UnaryCall<Request, Response>>(link, std::move(request), limit);
  typename Service::Stub stub(*channel);
  // The share leaves the callback before that is over: see Link.
  auto done = [share = std::shared_ptr<Call>(call)](grpc::Status status) mutable {
    Call::ended(std::move(share), std::move(status));
  };
  (stub.async()->*method)(&call->context(), &call->request, &call->response, std::move(done));
  co_await call->end();
  if (!call->status().ok()) co_return std::unexpected(link.failure(call->status(), otherwise));
  co_return std::move(call->response);
}

}  // namespace mycostr::lightning
