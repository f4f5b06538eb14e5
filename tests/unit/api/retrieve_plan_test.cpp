#include "api/retrieve_plan.hpp"

#include <gtest/gtest.h>

namespace mycostr::api {
namespace {

using files::Form;

files::FileInfo file_of(std::uint64_t size) {
  files::FileInfo file;
  file.id.bytes.fill(7);
  file.name = "a.txt";
  file.content_type = "text/plain";
  file.size = size;
  file.chunk_size = kDefaultChunkSize;
  return file;
}

std::string field(const RetrievePlan& plan, std::string_view name) {
  for (const auto& one : plan.head.fields) {
    if (one.name == name) return one.value;
  }
  return {};
}

TEST(RetrievePlan, WholeFile) {
  const auto plan = plan_retrieve(file_of(10), Form::plaintext, false, {});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->head.status, 200U);
  EXPECT_EQ(plan->head.content_length, 10U);
  EXPECT_EQ(plan->range.end, 10U);
  EXPECT_EQ(field(*plan, "Content-Type"), "text/plain");
  EXPECT_EQ(field(*plan, "Accept-Ranges"), "bytes");
  EXPECT_TRUE(field(*plan, "Content-Disposition").starts_with("attachment;"));
  EXPECT_EQ(field(*plan, "Content-Range"), "");
}

TEST(RetrievePlan, CiphertextIsAnotherThing) {
  const auto plain = plan_retrieve(file_of(10), Form::plaintext, false, {});
  const auto cipher = plan_retrieve(file_of(10), Form::ciphertext, false, {});
  EXPECT_EQ(cipher->head.content_length, 4096U);
  EXPECT_EQ(field(*cipher, "Content-Type"), "application/octet-stream");
  EXPECT_NE(field(*cipher, "ETag"), field(*plain, "ETag"));
  EXPECT_FALSE(field(*cipher, "ETag").starts_with("W/"));
  EXPECT_EQ(plan_retrieve(file_of(10), Form::ciphertext, false, {.range = "bytes=4095-"})->range.end, 4096U);
}

TEST(RetrievePlan, Ranges) {
  const auto plan = plan_retrieve(file_of(10), Form::plaintext, false, {.range = "bytes=2-4"});
  EXPECT_EQ(plan->head.status, 206U);
  EXPECT_EQ(plan->head.content_length, 3U);
  EXPECT_EQ(field(*plan, "Content-Range"), "bytes 2-4/10");
  const auto refused = plan_retrieve(file_of(10), Form::plaintext, false, {.range = "bytes=10-"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::range_not_satisfiable);
  EXPECT_EQ(refused.error().headers.at(0).value, "bytes */10");
  EXPECT_EQ(plan_retrieve(file_of(10), Form::plaintext, false, {.range = "bytes=1-2,4-5"})->head.status,
            200U);
  EXPECT_FALSE(plan_retrieve(file_of(0), Form::plaintext, false, {.range = "bytes=0-"}));
}

TEST(RetrievePlan, HeadTakesNoRange) {
  const auto plan = plan_retrieve(file_of(10), Form::plaintext, true, {.range = "bytes=2-4"});
  EXPECT_EQ(plan->head.status, 200U);
  EXPECT_EQ(plan->head.content_length, 10U);
  EXPECT_EQ(plan->range.end, 0U);
  EXPECT_TRUE(plan_retrieve(file_of(10), Form::plaintext, true, {.range = "bytes=99-"}));
}

TEST(RetrievePlan, Conditions) {
  const auto etag = field(*plan_retrieve(file_of(10), Form::plaintext, false, {}), "ETag");
  const auto weak = "W/" + etag;
  const auto same =
      plan_retrieve(file_of(10), Form::plaintext, false, {.if_none_match = weak, .range = "bytes=99-"});
  ASSERT_TRUE(same);
  EXPECT_EQ(same->head.status, 304U);
  EXPECT_EQ(field(*same, "ETag"), etag);
  EXPECT_EQ(same->range.end, 0U);
  EXPECT_EQ(plan_retrieve(file_of(10), Form::plaintext, true, {.if_none_match = "*"})->head.status, 304U);
  EXPECT_EQ(plan_retrieve(file_of(10), Form::ciphertext, false, {.if_none_match = etag})->head.status, 200U);
  const auto status = [&](std::string_view if_range) {
    return plan_retrieve(file_of(10), Form::plaintext, false, {.if_range = if_range, .range = "bytes=0-1"})
        ->head.status;
  };
  EXPECT_EQ(status(etag), 206U);
  EXPECT_EQ(status(weak), 200U);
  EXPECT_EQ(status("\"other\""), 200U);
}

}  // namespace
}  // namespace mycostr::api
