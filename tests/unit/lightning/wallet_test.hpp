// What the tests of the wallet share: a loop, wallets, and waiting.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <optional>

#include "crypto/sha256.hpp"
#include "lightning/lnd_wallet.hpp"
#include "net/steady_clock.hpp"
#include "net/system_random.hpp"

namespace mycostr::lightning {

inline PaymentHash hash_of(const Preimage& preimage) {
  return *PaymentHash::from(crypto::sha256(preimage.view()).view());
}

class LoopTest : public ::testing::Test {
 protected:
  static constexpr auto kHung = std::chrono::seconds(90);

  /// Runs the loop until `done`. A test that hangs ends the program, with the test's name as the last word.
  void run_until(const std::function<bool()>& done) {
    const auto end = std::chrono::steady_clock::now() + kHung;
    while (!done()) {
      loop.restart();
      loop.run_one_for(std::chrono::milliseconds(20));
      if (std::chrono::steady_clock::now() < end) continue;
      fmt::print(stderr, "hung\n");
      std::abort();
    }
  }
  template <class T>
  T run(Task<T> task) {
    struct Keep {
      static Task<> in(std::optional<T>& out, Task<T> inner) { out.emplace(co_await std::move(inner)); }
    };
    std::optional<T> out;
    run(Keep::in(out, std::move(task)));
    return std::move(*out);
  }
  void run(Task<> task) {
    bool ended = false;
    std::exception_ptr thrown;
    boost::asio::co_spawn(loop, std::move(task), [&](std::exception_ptr e) {
      ended = true;
      thrown = e;
    });
    run_until([&] { return ended; });
    if (thrown) std::rethrow_exception(thrown);
  }
  void run_for(Duration duration) { run(clock.sleep_for(duration)); }

  Preimage new_preimage() {
    Preimage preimage;
    random.fill(preimage.bytes);
    return preimage;
  }
  NewInvoice new_invoice(std::int64_t msat) {
    return {
        .preimage = new_preimage(), .amount = {msat}, .description_hash = crypto::sha256(as_bytes("audit"))};
  }

  boost::asio::io_context loop{1};
  net::SteadyClock clock{loop};
  net::SystemRandom random;
};

}  // namespace mycostr::lightning
