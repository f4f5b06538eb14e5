#include "api/body.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace mycostr::api {
namespace {

constexpr std::size_t kFirstPiece = 16 << 10;

ApiError too_large(std::uint64_t max_bytes) {
  return {.code = Code::body_too_large,
          .detail = fmt::format("JSON may be {} bytes long at most.", max_bytes)};
}

}  // namespace

ApiError body_error(const Error& error) {
  switch (error.code) {
    case Errc::closed:
      return {.code = Code::client_gone};
    case Errc::timeout:
      return {.code = Code::stalled, .detail = "The body did not arrive in time."};
    case Errc::invalid:
      return {.code = Code::malformed_request, .detail = "The body's framing is malformed."};
    default:
      return storage_failed("reading a body", error);
  }
}

Task<Outcome<std::string>> read_small_body(HttpRequest& request, std::uint64_t max_bytes) {
  const auto length = request.content_length();
  if (length && *length > max_bytes) co_return std::unexpected(too_large(max_bytes));
  std::string body;
  // Without a length it grows with what comes, one byte beyond the limit at most.
  for (auto room = length ? *length : std::min<std::uint64_t>(kFirstPiece, max_bytes + 1); room > 0;) {
    const auto before = body.size();
    body.resize(before + static_cast<std::size_t>(room));
    const auto got = co_await request.read_body(
        {reinterpret_cast<std::uint8_t*>(body.data()) + before, static_cast<std::size_t>(room)});
    if (!got) co_return std::unexpected(body_error(got.error()));
    body.resize(before + *got);
    if (body.size() > max_bytes) co_return std::unexpected(too_large(max_bytes));
    if (length || *got < room) break;
    room = std::min<std::uint64_t>(body.size(), max_bytes + 1 - body.size());
  }
  co_return body;
}

Task<Outcome<Parameters>> read_get_parameters(HttpRequest& request, std::string_view query,
                                              std::uint64_t max_bytes) {
  auto parameters = parse_query(query);
  if (!parameters || request.content_length() == 0) co_return parameters;
  const auto body = co_await read_small_body(request, max_bytes);
  if (!body) co_return std::unexpected(body.error());
  if (body->empty()) co_return parameters;
  auto more = parse_json_object(*body);
  if (!more) co_return std::unexpected(more.error());
  if (auto added = parameters->add_all(std::move(*more)); !added) co_return std::unexpected(added.error());
  co_return parameters;
}

std::unexpected<Error> UploadSource::fail_with(ApiError problem) {
  problem_ = std::move(problem);
  return fail(Errc::invalid, problem_->detail);
}

Task<Result<std::size_t>> RawSource::read(MutableBytes out) {
  const auto got = co_await request_.read_body(out);
  if (!got) co_return fail_with(body_error(got.error()));
  metrics_.count_in(clock_.now(), *got);
  co_return *got;
}

}  // namespace mycostr::api
