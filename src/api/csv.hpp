// Tables as CSV (RFC 4180), safe to be opened by a spreadsheet.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mycostr::api {

/// A text that a spreadsheet would take for a formula gets a ' in front.
std::string csv_cell(std::string_view text);
/// With its line end.
std::string csv_line(const std::vector<std::string>& cells);

}  // namespace mycostr::api
