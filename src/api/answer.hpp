// What most calls answer: a head and a body that memory holds.
#pragma once

#include <string>
#include <vector>

#include "mycostr/http.hpp"

namespace mycostr::api {

struct Answer {
  unsigned status = 200;
  std::string body;               ///< empty: no body
  std::vector<HttpField> fields;  ///< beyond Content-Type
  std::string content_type = "application/json";
};

}  // namespace mycostr::api
