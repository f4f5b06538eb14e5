// What GET and HEAD /retrieve answer, before a byte of the file is read. Pure.
#pragma once

#include "api/problem.hpp"
#include "files/retrieve_service.hpp"

namespace mycostr::api {

/// Fields of the request; nothing where there is none.
struct RetrieveConditions {
  std::optional<std::string_view> if_none_match = {};
  std::optional<std::string_view> if_range = {};
  std::optional<std::string_view> range = {};
};

struct RetrievePlan {
  HttpResponseHead head;   ///< 200, 206 or 304, with all of its fields
  files::ByteRange range;  ///< to be sent; empty for HEAD, 304 and an empty file
};

/// HEAD takes no Range. Refusals: range_not_satisfiable.
Outcome<RetrievePlan> plan_retrieve(const files::FileInfo& file, files::Form form, bool is_head,
                                    const RetrieveConditions& conditions);

}  // namespace mycostr::api
