// Waiting that goes on whatever becomes of the caller: what a disk does.
#pragma once

#include "mycostr/clock.hpp"

namespace mycostr::test {

/// As Clock::sleep_for, but not cancellable: a caller that is cancelled meanwhile finds out at its next
/// co_await.
Task<> delay(Clock& clock, Duration duration);

}  // namespace mycostr::test
