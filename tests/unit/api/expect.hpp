// Looking at answers.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "fake_http.hpp"

namespace mycostr::api::test {

inline nlohmann::json json_of(const FakeResponder& responder) {
  return nlohmann::json::parse(responder.body);
}

/// A complete refusal in the contract's form; its document.
inline nlohmann::json expect_problem(const FakeResponder& responder, unsigned status, std::string_view code,
                                     std::string_view field = {}) {
  EXPECT_TRUE(responder.finished);
  EXPECT_EQ(responder.status(), status) << responder.body.substr(0, 300);
  EXPECT_EQ(responder.field("Content-Type"), "application/problem+json");
  const auto document = nlohmann::json::parse(responder.body, nullptr, false);
  if (!document.is_object()) {
    ADD_FAILURE() << "no document: " << responder.body.substr(0, 300);
    return nlohmann::json::object();
  }
  EXPECT_EQ(document.value("code", ""), code) << responder.body;
  EXPECT_EQ(document.value("status", 0U), status);
  EXPECT_EQ(document.value("field", ""), field);
  for (const auto* name : {"type", "title", "detail"}) EXPECT_FALSE(document.value(name, "").empty()) << name;
  return document;
}

}  // namespace mycostr::api::test
