// GET /files, GET and DELETE /files/{id}.
#pragma once

#include "api/answer.hpp"
#include "api/context.hpp"
#include "api/parameters.hpp"

namespace mycostr::api {

/// Loop thread only. References outlive it.
class FilesHandler {
 public:
  explicit FilesHandler(ApiContext& context) : context_(context) {}

  Task<Outcome<Answer>> list(Parameters parameters);
  Task<Outcome<Answer>> show(std::string id, Parameters parameters);
  Task<Outcome<Answer>> erase(std::string id, Parameters parameters);

 private:
  ApiContext& context_;
};

}  // namespace mycostr::api
