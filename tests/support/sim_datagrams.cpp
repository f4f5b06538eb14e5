#include "support/sim_datagrams.hpp"

#include <stdexcept>

namespace mycostr::test {

void SimDatagrams::send(const UdpAddress& to, ByteView bytes) {
  if (power_.is_on()) network_.send_datagram(number_, address(), to, bytes);
}

void SimDatagrams::serve(DatagramHandler& handler) {
  if (!power_.is_on()) throw std::logic_error("a machine that is off serves nobody");
  handler_ = &handler;
  served_life_ = power_.life();
}

Task<Result<std::vector<UdpAddress>>> SimDatagrams::resolve(Endpoint endpoint) {
  const auto address = to_udp(endpoint);
  if (!address) co_return fail(Errc::unreachable, to_string(endpoint) + " is a name; there are none here");
  co_return std::vector{*address};
}

void SimDatagrams::deliver(const UdpAddress& from, ByteView bytes) {
  if (handler_ == nullptr || !power_.lasts(served_life_)) return;
  network_.trace_.add({static_cast<std::uint64_t>(network_.clock_.now().time_since_epoch().count()), number_,
                       std::hash<UdpAddress>()(from), bytes.size()});
  handler_->received(from, bytes);
}

}  // namespace mycostr::test
