#include "api/guard.hpp"

#include <gtest/gtest.h>

#include "fake_http.hpp"

namespace mycostr::api {
namespace {

using test::FakeRequest;

ApiSettings settings() {
  ApiSettings out;
  out.token = "0123456789abcdef";
  out.allowed_hosts = {"files.example"};
  return out;
}

std::optional<Code> refusal(std::vector<HttpField> fields, bool needs_token = false) {
  FakeRequest request("GET", "/");
  request.fields = std::move(fields);
  const auto admitted = admit(request, settings(), needs_token);
  if (admitted) return std::nullopt;
  return admitted.error().code;
}

TEST(Guard, TakesItsOwnNames) {
  for (const auto* host : {"127.0.0.1", "127.0.0.1:4080", "localhost", "LocalHost:99", "[::1]", "[::1]:4080",
                           "127.8.8.8:1", "files.example", "Files.Example:443"}) {
    EXPECT_EQ(refusal({{"Host", host}}), std::nullopt) << host;
  }
  EXPECT_EQ(refusal({}), std::nullopt);  // HTTP/1.0
}

TEST(Guard, RefusesOtherHosts) {
  for (const auto* host :
       {"evil.example", "evil.example:4080", "", "127.0.0.1.evil.example", "localhost.evil.example",
        "localhost@evil.example", "127.0.0.1:4080:1", "127.0.0.1:x", "127.0.0.1:99999", "::1", "[::1",
        "10.0.0.1", "localhost/", "127.0.0.1 evil"}) {
    EXPECT_EQ(refusal({{"Host", host}}), Code::wrong_host) << host;
  }
  EXPECT_EQ(refusal({{"Host", "localhost"}, {"Host", "localhost"}}), Code::malformed_request);
}

TEST(Guard, TakesItsOwnOrigins) {
  for (const auto* origin : {"http://127.0.0.1:4080", "http://localhost:4080", "https://files.example:4080",
                             "HTTP://LOCALHOST:4080", "http://[::1]:4080"}) {
    EXPECT_EQ(refusal({{"Host", "127.0.0.1:4080"}, {"Origin", origin}}), std::nullopt) << origin;
  }
  EXPECT_EQ(refusal({{"Host", "localhost:9999"}, {"Origin", "http://localhost:9999"}}), std::nullopt)
      << "tunnel";
  EXPECT_EQ(refusal({{"Host", "files.example"}, {"Origin", "https://files.example"}}), std::nullopt)
      << "proxy";
}

TEST(Guard, RefusesForeignOrigins) {
  for (const auto* origin :
       {"https://evil.example", "http://evil.example:4080", "null", "", "http://localhost:3000",
        "http://127.0.0.1", "https://127.0.0.1", "file://", "http://localhost:4080/path",
        "http://a@localhost:4080", "localhost:4080", "chrome-extension://localhost:4080"}) {
    EXPECT_EQ(refusal({{"Host", "127.0.0.1:4080"}, {"Origin", origin}}), Code::wrong_origin) << origin;
  }
  EXPECT_EQ(refusal({{"Origin", "http://127.0.0.1:4080"}, {"Origin", "http://127.0.0.1:4080"}}),
            Code::wrong_origin);
}

TEST(Guard, WantsTheToken) {
  for (const auto* value :
       {"Bearer 0123456789abcdef", "bearer 0123456789abcdef", "BEARER   0123456789abcdef "}) {
    EXPECT_EQ(refusal({{"Authorization", value}}, true), std::nullopt) << value;
  }
  for (const auto* value : {"", "Bearer", "Bearer ", "Bearer 0123456789abcde", "Bearer 0123456789abcdef0",
                            "Bearer 0123456789abcdeg", "Bearer 0123456789ABCDEF", "Basic 0123456789abcdef",
                            "0123456789abcdef", "Bearer0123456789abcdef"}) {
    EXPECT_EQ(refusal({{"Authorization", value}}, true), Code::unauthorized) << value;
  }
  EXPECT_EQ(refusal({}, true), Code::unauthorized);
  const HttpField good{"Authorization", "Bearer 0123456789abcdef"};
  EXPECT_EQ(refusal({good, good}, true), Code::unauthorized);
}

TEST(Guard, AnEmptyTokenOpensNothing) {
  FakeRequest request("GET", "/");
  request.set("Authorization", "Bearer ");
  EXPECT_FALSE(admit(request, ApiSettings(), true));
}

TEST(Guard, LooksAtHostThenOriginThenToken) {
  EXPECT_EQ(refusal({{"Host", "evil"}, {"Origin", "http://evil"}}, true), Code::wrong_host);
  EXPECT_EQ(refusal({{"Host", "localhost"}, {"Origin", "http://evil"}}, true), Code::wrong_origin);
  EXPECT_EQ(refusal({{"Host", "localhost"}}, true), Code::unauthorized);
}

}  // namespace
}  // namespace mycostr::api
