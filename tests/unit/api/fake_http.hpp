// A request and a responder without a socket.
#pragma once

#include <algorithm>
#include <deque>

#include "api/text.hpp"
#include "async/signal.hpp"
#include "mycostr/http.hpp"

namespace mycostr::api::test {

class FakeRequest final : public HttpRequest {
 public:
  FakeRequest(std::string method, std::string target)
      : method_(std::move(method)), target_(std::move(target)) {
    fields = {{"Host", "127.0.0.1:4080"}};
  }

  std::string_view method() const override { return method_; }
  std::string_view target() const override { return target_; }
  std::optional<std::string_view> field(std::string_view name) const override {
    for (const auto& one : fields) {
      if (equals_ignoring_case(one.name, name)) return one.value;
    }
    return std::nullopt;
  }
  std::optional<std::string> list_field(std::string_view name) const override {
    std::optional<std::string> out;
    for (const auto& one : fields) {
      if (equals_ignoring_case(one.name, name)) out = out ? *out + ", " + one.value : one.value;
    }
    return out;
  }
  std::size_t field_count(std::string_view name) const override {
    return static_cast<std::size_t>(
        std::ranges::count_if(fields, [&](const auto& one) { return equals_ignoring_case(one.name, name); }));
  }
  std::optional<std::uint64_t> content_length() const override {
    if (is_chunked) return std::nullopt;
    return announced.value_or(body.size());
  }
  std::uint16_t local_port() const override { return 4080; }
  std::string_view local_host() const override { return "127.0.0.1"; }
  Task<Result<std::size_t>> read_body(MutableBytes out) override {
    ++reads;
    const auto count = std::min(out.size(), body.size() - taken);
    std::copy_n(as_bytes(body).data() + taken, count, out.data());
    taken += count;
    if (count < out.size() && error) co_return std::unexpected(*error);
    co_return count;
  }

  void set(std::string name, std::string value) { fields.push_back({std::move(name), std::move(value)}); }

  std::vector<HttpField> fields;
  std::string body;
  std::optional<std::uint64_t> announced;  ///< Content-Length where it differs from the body
  std::optional<Error> error;              ///< instead of the end of the body
  bool is_chunked = false;
  std::size_t taken = 0;
  std::size_t reads = 0;

 private:
  std::string method_;
  std::string target_;
};

class FakeResponder final : public HttpResponder {
 public:
  Task<Result<void>> send(HttpResponseHead sent, std::string text) override {
    if (started_) co_return fail(Errc::internal, "a second answer");
    started_ = finished = true;
    head = std::move(sent);
    body = std::move(text);
    co_return Result<void>();
  }
  Task<Result<void>> start(HttpResponseHead sent) override {
    if (started_) co_return fail(Errc::internal, "a second answer");
    started_ = true;
    head = std::move(sent);
    co_return Result<void>();
  }
  Task<Result<void>> write(ByteView bytes) override {
    if (gate != nullptr) co_await gate->wait();
    if (client_gone_after && body.size() >= *client_gone_after) co_return fail(Errc::closed, "gone");
    body += as_text(bytes);
    co_return Result<void>();
  }
  Task<Result<void>> finish() override {
    finished = true;
    co_return Result<void>();
  }
  bool started() const override { return started_; }
  void abort() override { aborted = true; }

  unsigned status() const { return head.status; }
  std::string field(std::string_view name) const {
    for (const auto& one : head.fields) {
      if (equals_ignoring_case(one.name, name)) return one.value;
    }
    return {};
  }

  HttpResponseHead head;
  std::string body;
  bool finished = false;
  bool aborted = false;
  std::optional<std::size_t> client_gone_after;
  async::Signal* gate = nullptr;  ///< set: the client reads only when it is notified

 private:
  bool started_ = false;
};

}  // namespace mycostr::api::test
