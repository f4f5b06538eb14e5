// A certificate as lnd makes one for itself.
#pragma once

#include <string>

namespace mycostr::test {

struct Certificate {
  std::string certificate;  // PEM, like the key
  std::string key;
};

/// Self-signed, for 127.0.0.1; another one each time. Throws std::runtime_error.
Certificate make_certificate();

}  // namespace mycostr::test
