// Telling cancellation from failure.
#pragma once

#include <exception>
#include <string>

namespace mycostr::async {

/// Whether the exception is the end of a cancelled task (operation_aborted).
bool is_cancellation(const std::exception_ptr& thrown);
/// what() of any exception.
std::string describe(const std::exception_ptr& thrown);

}  // namespace mycostr::async
