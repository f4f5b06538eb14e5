// The fake network's payment requests: they say what BOLT 11's say, in hex.
#pragma once

#include <optional>
#include <string>

#include "lnd/lightning.pb.h"

namespace mycostr::test {

std::string encode_pay_req(const lnrpc::PayReq& terms);
/// Nothing where it is none, or was changed on its way.
std::optional<lnrpc::PayReq> decode_pay_req(std::string_view text);

}  // namespace mycostr::test
