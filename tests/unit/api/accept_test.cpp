#include "api/accept.hpp"

#include <gtest/gtest.h>

namespace mycostr::api {
namespace {

TEST(Accept, MeansCsvWhereItIsPreferred) {
  for (const auto* accept :
       {"text/csv", "TEXT/CSV", "text/csv; charset=utf-8", "text/*", "text/csv, */*",
        "application/json;q=0.5, text/csv;q=0.6", "*/*;q=0.1, text/csv", "text/csv;q=0.001", ";;;, text/csv",
        "text/csv;q=1.000, application/json;q=0.999"}) {
    EXPECT_TRUE(prefers_csv(accept)) << accept;
  }
}

TEST(Accept, MeansJsonOtherwise) {
  for (const auto* accept : {"",
                             "*/*",
                             "application/json",
                             "text/html",
                             "text/csv;q=0",
                             "text/csv;q=0.5, application/json",
                             "text/csv, application/json",
                             "text/csv;q=2",
                             "text/csv;q=",
                             "text/csv;q=0.0000",
                             "text/csv;q=-1",
                             "text/csv;q=1.5",
                             "text/csvx",
                             "xtext/csv",
                             "text/",
                             "text",
                             "text/c*",
                             ",,,",
                             "text/csv;q=\"",
                             "*"}) {
    EXPECT_FALSE(prefers_csv(accept)) << accept;
  }
}

}  // namespace
}  // namespace mycostr::api
