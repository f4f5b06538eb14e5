// Who may call: the Host that was meant, no foreign web page, and the token.
#pragma once

#include "api/context.hpp"
#include "api/problem.hpp"

namespace mycostr::api {

/// Checks in this order: wrong_host, wrong_origin, unauthorized. A request without Host (HTTP/1.0) passes the
/// first. The token is compared in a time that does not depend on where it differs.
Outcome<void> admit(const HttpRequest& request, const ApiSettings& settings, bool needs_token);

}  // namespace mycostr::api
