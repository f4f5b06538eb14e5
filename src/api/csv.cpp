#include "api/csv.hpp"

#include <algorithm>

#include "api/text.hpp"

namespace mycostr::api {

std::string csv_cell(std::string_view text) {
  std::string out(text);
  if (!is_utf8(out))
    std::ranges::replace_if(out, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
  std::ranges::replace(out, '\0', '?');
  if (!out.empty() && std::string_view("=+-@\t\r\n").contains(out.front())) out.insert(0, 1, '\'');
  if (out.find_first_of("\",\r\n") == std::string::npos) return out;
  for (std::size_t at = 0; (at = out.find('"', at)) != std::string::npos; at += 2) out.insert(at, 1, '"');
  return '"' + out + '"';
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::string out;
  for (std::size_t i = 0; i < cells.size(); ++i) out += (i == 0 ? "" : ",") + csv_cell(cells[i]);
  return out + "\r\n";
}

}  // namespace mycostr::api
