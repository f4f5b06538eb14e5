// The network that the wallet's tests run on: the fake one, or a real one of tests/lightning/up.
#pragma once

#include <memory>
#include <string>

#include "lightning/access.hpp"

namespace mycostr::lightning {

/// A ring of four nodes or more, each with 1,000,000 sat in a channel to the next.
class TestNetwork {
 public:
  virtual ~TestNetwork() = default;
  /// What a mycostrd has of a node.
  virtual LndAccess access(std::size_t node) const = 0;
  /// With a macaroon that may do everything.
  virtual LndAccess admin(std::size_t node) const = 0;
  virtual void mine(unsigned blocks) = 0;
  /// As kill -9.
  virtual void kill(std::size_t node) = 0;
  virtual void start(std::size_t node) = 0;
};

std::unique_ptr<TestNetwork> make_fake_network();
/// Of MYCOSTR_LIGHTNING_DIR, the folder that tests/lightning/up was given.
std::unique_ptr<TestNetwork> use_real_network();

/// What only tests ask of an lnd. Blocks; throws std::runtime_error on any error.
class Admin {
 public:
  explicit Admin(LndAccess access);
  ~Admin();

  /// A payment to it stays in flight. Returns the invoice.
  std::string add_hold_invoice(std::string_view hash, std::int64_t msat);
  void settle(std::string_view preimage);
  /// Failures of earlier cases are not to change the routes of the next.
  void forget_failures();

 private:
  struct Stubs;
  std::unique_ptr<Stubs> stubs_;
};

}  // namespace mycostr::lightning
