// The one translation unit of Beast (BOOST_BEAST_SEPARATE_COMPILATION).
#include "net/http_parser.hpp"

#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/src.hpp>

namespace mycostr::net {

namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

std::string_view to_view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}
boost::beast::string_view to_beast(std::string_view text) {
  return {text.data(), text.size()};
}

template <class Parser>
void prepare(Parser& parser, std::size_t head_limit) {
  parser.header_limit(static_cast<std::uint32_t>(head_limit));
  parser.body_limit(boost::none);  // bodies are the readers' to bound
  parser.eager(false);
}

/// How much of its limit a head has used: Beast's own limit holds for what is given at once, however often.
struct HeadBudget {
  std::size_t limit;
  std::size_t used = 0;
};

template <class Fields>
bool has_too_many(const Fields& fields) {
  std::size_t count = 0;
  for (auto field = fields.begin(); field != fields.end(); ++field) {
    if (++count > kMaxFields) return true;
  }
  return false;
}

template <class Parser>
RequestParser::HeadProgress parse_head(Parser& parser, ByteView in) {
  RequestParser::HeadProgress out;
  while (!parser.is_header_done()) {
    if (out.used == in.size()) return out;
    error_code error;
    out.used += parser.put(boost::asio::const_buffer(in.data() + out.used, in.size() - out.used), error);
    if (error == http::error::need_more) return out;
    if (error) {
      const bool is_too_large = error == http::error::header_limit || error == http::error::buffer_overflow;
      out.step = is_too_large ? ParseStep::too_large : ParseStep::malformed;
      return out;
    }
  }
  out.step = ParseStep::done;
  return out;
}

template <class Parser>
RequestParser::HeadProgress put_head_into(Parser& parser, HeadBudget& budget, ByteView in) {
  auto out = parse_head(parser, in);
  budget.used += out.used;
  // What is not used yet will be given again.
  const auto pending = out.step == ParseStep::more ? in.size() - out.used : 0;
  if (out.step == ParseStep::malformed || out.step == ParseStep::too_large) return out;
  if (budget.used + pending > budget.limit || has_too_many(parser.get())) out.step = ParseStep::too_large;
  return out;
}

template <class Parser>
std::optional<std::uint64_t> length_of(const Parser& parser) {
  const auto length = parser.content_length();
  return length ? std::optional<std::uint64_t>(*length) : std::nullopt;
}

template <class Fields>
std::optional<std::string_view> first_field(const Fields& fields, std::string_view name) {
  const auto found = fields.find(to_beast(name));
  if (found == fields.end()) return std::nullopt;
  return to_view(found->value());
}

}  // namespace

struct RequestParser::Impl {
  HeadBudget budget;
  std::optional<http::request_parser<http::buffer_body>> parser;
};

RequestParser::RequestParser(std::size_t head_limit)
    : impl_(std::make_unique<Impl>(HeadBudget{head_limit}, std::nullopt)) {
  reset();
}
RequestParser::~RequestParser() = default;
RequestParser::RequestParser(RequestParser&&) noexcept = default;

void RequestParser::reset() {
  impl_->parser.emplace();
  prepare(*impl_->parser, impl_->budget.limit);
  impl_->budget.used = 0;
}

RequestParser::HeadProgress RequestParser::put_head(ByteView in) {
  return put_head_into(*impl_->parser, impl_->budget, in);
}

std::string_view RequestParser::method() const {
  return to_view(impl_->parser->get().method_string());
}
std::string_view RequestParser::target() const {
  return to_view(impl_->parser->get().target());
}
bool RequestParser::is_http_1_0() const {
  return impl_->parser->get().version() < 11;
}
bool RequestParser::keep_alive() const {
  return impl_->parser->keep_alive();
}
bool RequestParser::is_chunked() const {
  return impl_->parser->chunked();
}
std::optional<std::uint64_t> RequestParser::content_length() const {
  return length_of(*impl_->parser);
}

std::optional<std::string_view> RequestParser::field(std::string_view name) const {
  return first_field(impl_->parser->get(), name);
}

std::optional<std::string> RequestParser::list_field(std::string_view name) const {
  const auto [first, last] = impl_->parser->get().equal_range(to_beast(name));
  if (first == last) return std::nullopt;
  std::string out(to_view(first->value()));
  for (auto field = std::next(first); field != last; ++field)
    out.append(", ").append(to_view(field->value()));
  return out;
}

std::size_t RequestParser::field_count(std::string_view name) const {
  return impl_->parser->get().count(to_beast(name));
}

RequestParser::BodyProgress RequestParser::put_chunked(ByteView in, MutableBytes out) {
  auto& parser = *impl_->parser;
  auto& body = parser.get().body();
  body.data = out.data();
  body.size = out.size();
  body.more = true;
  BodyProgress progress;
  while (!parser.is_done() && progress.used < in.size() && body.size > 0) {
    error_code error;
    progress.used +=
        parser.put(boost::asio::const_buffer(in.data() + progress.used, in.size() - progress.used), error);
    if (error == http::error::need_more) break;
    if (error && error != http::error::need_buffer) {
      progress.step = ParseStep::malformed;
      return progress;
    }
  }
  progress.made = out.size() - body.size;
  if (parser.is_done()) progress.step = ParseStep::done;
  return progress;
}

struct ResponseParser::Impl {
  HeadBudget budget;
  http::response_parser<http::empty_body> parser;
};

ResponseParser::ResponseParser(std::size_t head_limit)
    : impl_(std::make_unique<Impl>(HeadBudget{head_limit})) {
  prepare(impl_->parser, head_limit);
}
ResponseParser::~ResponseParser() = default;

RequestParser::HeadProgress ResponseParser::put_head(ByteView in) {
  return put_head_into(impl_->parser, impl_->budget, in);
}
unsigned ResponseParser::status() const {
  return impl_->parser.get().result_int();
}
bool ResponseParser::keep_alive() const {
  return impl_->parser.keep_alive();
}
std::optional<std::uint64_t> ResponseParser::content_length() const {
  return length_of(impl_->parser);
}
std::optional<std::string_view> ResponseParser::field(std::string_view name) const {
  return first_field(impl_->parser.get(), name);
}

}  // namespace mycostr::net
