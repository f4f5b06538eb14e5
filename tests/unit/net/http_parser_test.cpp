#include "net/http_parser.hpp"

#include <gtest/gtest.h>

namespace mycostr::net {
namespace {

constexpr std::size_t kLimit = 8192;

/// Gives `pieces` one after the other, each with what is left of the one before; how much that was in the
/// end.
struct Fed {
  ParseStep step = ParseStep::more;
  std::size_t given = 0;
};
template <class Parser, class Next>
Fed feed(Parser& parser, std::string first, Next next) {
  Fed out;
  std::string rest = std::move(first);
  while (out.given < 100 * kLimit) {
    const auto progress = parser.put_head(as_bytes(rest));
    out.step = progress.step;
    if (progress.step != ParseStep::more) return out;
    const auto more = next();
    out.given += more.size();
    rest = rest.substr(progress.used) + more;
  }
  return out;
}

TEST(HttpParser, TheLimitOfAHeadHoldsHoweverItComes) {
  RequestParser request(kLimit);
  const auto fields = feed(request, "GET / HTTP/1.1\r\na", [] { return std::string(":\r\na"); });
  EXPECT_EQ(fields.step, ParseStep::too_large);
  EXPECT_LE(fields.given, 2 * kLimit);

  RequestParser long_line(kLimit);
  const auto line = feed(long_line, "GET /", [] { return std::string("aaaa"); });
  EXPECT_EQ(line.step, ParseStep::too_large);

  ResponseParser response(kLimit);
  const auto answer = feed(response, "HTTP/1.1 200 OK\r\na", [] { return std::string(":\r\na"); });
  EXPECT_EQ(answer.step, ParseStep::too_large);
}

TEST(HttpParser, AHeadHasSoManyFieldsAndNoMore) {
  for (const auto count : {kMaxFields, kMaxFields + 1}) {
    RequestParser parser(kLimit);
    std::string head = "GET / HTTP/1.1\r\n";
    for (std::size_t i = 0; i < count; ++i) head += "a: b\r\n";
    EXPECT_EQ(parser.put_head(as_bytes(head + "\r\n")).step,
              count <= kMaxFields ? ParseStep::done : ParseStep::too_large);
  }
}

TEST(HttpParser, TheNextRequestHasTheWholeLimitAgain) {
  RequestParser parser(kLimit);
  const auto head = "GET / HTTP/1.1\r\nX: " + std::string(6000, 'x') + "\r\n\r\n";
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(parser.put_head(as_bytes(head)).step, ParseStep::done) << i;
    parser.reset();
  }
}

}  // namespace
}  // namespace mycostr::net
