// Where an lnd is, and what the two sides know each other by.
#pragma once

#include <filesystem>
#include <string>

#include "base/error.hpp"

namespace mycostr::lightning {

struct LndAccess {
  std::string address;                ///< "host:port" of its gRPC
  std::filesystem::path certificate;  ///< its tls.cert
  std::filesystem::path macaroon;     ///< what this node may do there: docs/lightning.md
};

/// What the two files hold.
struct Credentials {
  std::string certificate;  ///< PEM; the only one that is trusted
  std::string macaroon;     ///< in hex; secret: it never reaches a log or an error
  bool operator==(const Credentials&) const = default;
};

/// Reads both files, which are small. Any thread. Errors: unreachable (a file is missing, empty or too
/// large).
Result<Credentials> load_credentials(const LndAccess& access);

}  // namespace mycostr::lightning
