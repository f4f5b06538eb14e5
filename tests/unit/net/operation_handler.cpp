#include "unit/net/peer_transport_test.hpp"

namespace mycostr::net {

Task<Result<PeerReply>> OperationHandler::handle(PeerRequest& request) {
  ++calls;
  most_running = std::max(most_running, ++running);
  struct Leave {
    std::size_t& count;
    ~Leave() { --count; }
  } leave{running};
  caller = request.from();
  const auto operation = request.operation();
  if (operation == "hang") co_await clock_.sleep_for(std::chrono::hours(1));
  if (operation == "pause") co_await clock_.sleep_for(std::chrono::milliseconds(3));
  if (operation == "throw") throw std::runtime_error("thrown for the test");
  if (operation == "too_much") co_return PeerReply{Bytes(kMaxMessageSize + 1), {}, {}};
  if (operation.starts_with("fail/"))
    co_return fail(errc_from_name(operation.substr(5)), "because of the test");
  if (operation == "give") {
    constexpr std::size_t kGiven = 3 << 20;
    if (const auto room = co_await request.reserve_reply(kGiven); !room)
      co_return std::unexpected(room.error());
    most_giving = std::max(most_giving, ++giving);
    co_await clock_.sleep_for(std::chrono::milliseconds(3));
    --giving;
    co_return PeerReply{{}, Buffer::allocate(kGiven), {}};
  }
  if (operation == "long_detail") co_return fail(Errc::full, std::string(5000, 'd'));
  auto body = co_await request.read_body();
  if (!body) {
    body_error = body.error();
    co_return std::unexpected(body.error());
  }
  co_return PeerReply{request.message(), std::move(*body), {}};
}

}  // namespace mycostr::net
