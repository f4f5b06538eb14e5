#include "lightning/lnd_wallet.hpp"

namespace mycostr::lightning {

LndWallet::LndWallet(boost::asio::io_context& loop, Clock& clock, LndAccess access)
    : clock_(clock), link_(loop, std::move(access)), tasks_(loop.get_executor(), "lightning") {}

void LndWallet::start() {
  tasks_.spawn(watch_invoices());
}

Task<> LndWallet::stop() {
  co_await tasks_.close();
  co_await link_.stop();
}

}  // namespace mycostr::lightning
