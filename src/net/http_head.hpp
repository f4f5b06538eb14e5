// Response heads as text.
#pragma once

#include <string>

#include "mycostr/http.hpp"

namespace mycostr::net {

/// How the body of a response is delimited, and what becomes of the connection.
struct ResponseFraming {
  bool chunked = false;
  bool keep_alive = true;
  bool is_http_1_0 = false;  ///< the client's version
};

/// The whole head with its empty line. Control characters in field values become spaces, so that no value can
/// add a field.
std::string response_head(const HttpResponseHead& head, const ResponseFraming& framing);

/// "Not Found"; "Unknown" for codes without a name here.
std::string_view status_text(unsigned status);

}  // namespace mycostr::net
