#include "net/http_head.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <iterator>

namespace mycostr::net {
namespace {

struct Status {
  unsigned code;
  std::string_view text;
};
constexpr std::array kStatuses{Status{200, "OK"},
                               Status{201, "Created"},
                               Status{202, "Accepted"},
                               Status{204, "No Content"},
                               Status{206, "Partial Content"},
                               Status{303, "See Other"},
                               Status{304, "Not Modified"},
                               Status{400, "Bad Request"},
                               Status{401, "Unauthorized"},
                               Status{403, "Forbidden"},
                               Status{404, "Not Found"},
                               Status{405, "Method Not Allowed"},
                               Status{406, "Not Acceptable"},
                               Status{408, "Request Timeout"},
                               Status{409, "Conflict"},
                               Status{411, "Length Required"},
                               Status{412, "Precondition Failed"},
                               Status{413, "Content Too Large"},
                               Status{414, "URI Too Long"},
                               Status{415, "Unsupported Media Type"},
                               Status{416, "Range Not Satisfiable"},
                               Status{417, "Expectation Failed"},
                               Status{421, "Misdirected Request"},
                               Status{422, "Unprocessable Content"},
                               Status{429, "Too Many Requests"},
                               Status{431, "Request Header Fields Too Large"},
                               Status{500, "Internal Server Error"},
                               Status{501, "Not Implemented"},
                               Status{502, "Bad Gateway"},
                               Status{503, "Service Unavailable"},
                               Status{504, "Gateway Timeout"},
                               Status{507, "Insufficient Storage"}};

/// RFC 9110 IMF-fixdate, in English whatever the locale.
std::string http_date() {
  constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", kDays[utc.tm_wday], utc.tm_mday,
                     kMonths[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

void append_value(std::string& out, std::string_view value) {
  std::ranges::transform(value, std::back_inserter(out), [](char c) {
    const auto code = static_cast<unsigned char>(c);
    return code < 0x20 || code == 0x7f ? ' ' : c;
  });
}

}  // namespace

std::string_view status_text(unsigned status) {
  const auto found = std::ranges::find(kStatuses, status, &Status::code);
  return found == kStatuses.end() ? "Unknown" : found->text;
}

std::string response_head(const HttpResponseHead& head, const ResponseFraming& framing) {
  std::string out;
  out.reserve(256);
  out += fmt::format("HTTP/1.1 {} {}\r\nDate: {}\r\n", head.status, status_text(head.status), http_date());
  for (const auto& field : head.fields) {
    append_value(out, field.name);
    out += ": ";
    append_value(out, field.value);
    out += "\r\n";
  }
  if (framing.chunked) {
    out += "Transfer-Encoding: chunked\r\n";
  } else if (head.content_length && head.status != 204 && (head.status != 304 || *head.content_length > 0)) {
    // 204 never has one, and on 304 it would speak of the unchanged thing.
    out += fmt::format("Content-Length: {}\r\n", *head.content_length);
  }
  if (!framing.keep_alive) {
    out += "Connection: close\r\n";
  } else if (framing.is_http_1_0) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
  return out;
}

}  // namespace mycostr::net
