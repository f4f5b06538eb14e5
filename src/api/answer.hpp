// What most calls answer: a head and a small body.
#pragma once

#include <string>
#include <vector>

#include "mycostr/http.hpp"

namespace mycostr::api {

struct Answer {
  unsigned status = 200;
  std::string body;               ///< JSON; empty: no body
  std::vector<HttpField> fields;  ///< beyond Content-Type
};

}  // namespace mycostr::api
