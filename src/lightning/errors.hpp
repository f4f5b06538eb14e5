// From lnd's errors to the port's.
#pragma once

#include "base/error.hpp"

namespace grpc {
class Status;
}

namespace mycostr::lightning {

/// lnd gives most of its errors the code Unknown, so that only their text tells them apart; the texts are
/// those of lnd v0.21. What is not known is `otherwise`. The detail is cut to 300 printable characters, for
/// parts of it may come from other nodes. REQUIRES: not ok
Error to_error(const grpc::Status& status, Errc otherwise = Errc::internal);

}  // namespace mycostr::lightning
