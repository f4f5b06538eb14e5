// Published test vectors (tests/vectors).
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "base/bytes.hpp"

namespace mycostr::test {

inline nlohmann::json read_vectors(const std::string& file) {
  std::ifstream in(std::string(MYCOSTR_TEST_VECTORS) + "/" + file);
  EXPECT_TRUE(in) << file;
  auto vectors = nlohmann::json::parse(in);
  EXPECT_FALSE(vectors.empty()) << file;
  return vectors;
}

inline Bytes hex_bytes(const nlohmann::json& field) {
  const auto text = field.get<std::string>();
  Bytes out(text.size() / 2);
  EXPECT_TRUE(from_hex(text, out)) << text;
  return out;
}

}  // namespace mycostr::test
