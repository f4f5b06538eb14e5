#include "api/body.hpp"

#include <gtest/gtest.h>

#include "api/form_source.hpp"
#include "fake_http.hpp"
#include "support/seeded_random.hpp"
#include "support/virtual_clock.hpp"

namespace mycostr::api {
namespace {

using test::FakeRequest;

class Body : public testing::Test {
 protected:
  FakeRequest form_of(std::string tail) {
    FakeRequest request("POST", "/store");
    request.body =
        "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n" + content + "\r\n--b" + tail;
    return request;
  }
  /// What reading `request` in pieces of `size` ends with.
  Result<std::size_t> read_file(FakeRequest& request, std::size_t size, std::string& out,
                                std::optional<ApiError>& problem) {
    FormSource source(request, clock, metrics, "b", 1000);
    EXPECT_TRUE(clock.run(source.open()));
    Bytes buffer(size);
    for (;;) {
      const auto got = clock.run(source.read(buffer));
      problem = source.problem();
      if (!got) return got;
      out += as_text(ByteView(buffer).first(*got));
      // A short piece is the end of the file as much as an empty one.
      if (*got < size) return clock.run(source.read(buffer));
    }
  }

  boost::asio::io_context loop;
  mycostr::test::VirtualClock clock{loop};
  Metrics metrics;
  const std::string content = std::string(as_text(mycostr::test::SeededRandom(1).bytes(1000)));
};

TEST_F(Body, AFormsFileInPiecesOfAnySize) {
  for (const std::size_t size : {1, 7, 499, 500, 999, 1000, 1001, 5000}) {
    auto request = form_of("--\r\n");
    std::string out;
    std::optional<ApiError> problem;
    const auto end = read_file(request, size, out, problem);
    ASSERT_TRUE(end) << size;
    EXPECT_EQ(*end, 0U);
    EXPECT_TRUE(out == content) << size;
    EXPECT_FALSE(problem);
  }
}

TEST_F(Body, AFormThatEndsBadlyNeverTellsTheEndOfItsFile) {
  const std::pair<std::string, Code> tails[] = {
      {"", Code::invalid_multipart},
      {"-", Code::invalid_multipart},
      {"\r\n", Code::invalid_multipart},
      {" x", Code::invalid_multipart},
      {"\r\nContent-Disposition: form-data; name=\"options\"\r\n\r\n{}\r\n--b--", Code::options_after_file},
      {"\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\n{}\r\n--b--", Code::unknown_field},
      {"--" + std::string(400'000, 'e'), Code::invalid_multipart}};
  for (const auto& [tail, code] : tails) {
    for (const std::size_t size : {1, 1000, 1001, 5000}) {
      auto request = form_of(tail);
      std::string out;
      std::optional<ApiError> problem;
      EXPECT_FALSE(read_file(request, size, out, problem)) << tail.substr(0, 20) << size;
      ASSERT_TRUE(problem);
      EXPECT_EQ(problem->code, code) << tail.substr(0, 20);
    }
  }
}

TEST_F(Body, SmallBodiesUpToTheirLimit) {
  for (const bool is_chunked : {false, true}) {
    for (const std::size_t size : {0, 1, 16383, 16384, 16385, 65535, 65536}) {
      FakeRequest request("POST", "/");
      request.body = std::string(size, 'x');
      request.is_chunked = is_chunked;
      const auto got = clock.run(read_small_body(request, 65536));
      ASSERT_TRUE(got) << size;
      EXPECT_TRUE(*got == request.body) << size;
    }
    FakeRequest request("POST", "/");
    request.body = std::string(10 << 20, 'x');
    request.is_chunked = is_chunked;
    const auto got = clock.run(read_small_body(request, 65536));
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, Code::body_too_large);
    EXPECT_LE(request.taken, 65537U);
  }
}

TEST_F(Body, RawFilesComeAsTheyAre) {
  FakeRequest request("POST", "/store");
  request.body = content;
  RawSource source(request, clock, metrics);
  Bytes buffer(600);
  EXPECT_EQ(*clock.run(source.read(buffer)), 600U);
  EXPECT_EQ(*clock.run(source.read(buffer)), 400U);
  EXPECT_EQ(*clock.run(source.read(buffer)), 0U);
  EXPECT_EQ(metrics.bytes_in, 1000U);
  request.error = Error{Errc::closed, "gone"};
  EXPECT_FALSE(clock.run(source.read(buffer)));
  EXPECT_EQ(source.problem()->code, Code::client_gone);
}

}  // namespace
}  // namespace mycostr::api
