#include "api/rest_api.hpp"

#include "api/accept.hpp"
#include "api/guard.hpp"
#include "api/openapi.hpp"
#include "api/render.hpp"
#include "async/cancel.hpp"
#include "base/log.hpp"

namespace mycostr::api {
namespace {

constexpr std::string_view kHealthPath = "/healthz";

Outcome<std::optional<Answer>> as_handled(Outcome<Answer> answer) {
  if (!answer) return std::unexpected(std::move(answer.error()));
  return std::optional(std::move(*answer));
}

/// For calls that take no options.
Outcome<void> check_no_options(std::string_view query) {
  const auto parameters = parse_query(query);
  if (!parameters) return std::unexpected(parameters.error());
  return parameters->allow_only({});
}

}  // namespace

RestApi::RestApi(ApiContext context)
    : context_(std::move(context)),
      started_(context_.clock.now()),
      openapi_(openapi_document(context_.settings.version)),
      store_(context_, metrics_),
      retrieve_(context_, metrics_),
      files_(context_),
      register_(context_),
      nodes_(context_),
      agreements_(context_),
      audits_(context_),
      repairs_(context_),
      standing_(context_),
      upkeep_(context_),
      statements_(context_),
      payments_(context_),
      totals_(context_),
      channels_(context_),
      events_(context_) {}

std::string RestApi::problem(unsigned status, std::string_view code, std::string_view detail) {
  return problem_json(status, code, detail);
}

Task<> RestApi::handle(HttpRequest& request, HttpResponder& responder) {
  const auto began = context_.clock.now();
  ++metrics_.requests;
  metrics_.request_rate.add(began, 1);
  std::optional<Route> route;
  Handled handled;
  std::exception_ptr thrown;
  try {
    handled = co_await answer(request, responder, route);
  } catch (...) {
    thrown = std::current_exception();
  }
  if (thrown && async::is_cancellation(thrown)) std::rethrow_exception(thrown);
  if (thrown) {
    log(LogLevel::error, "api", "{} {}: {}", request.method(), route ? route_name(*route) : "?",
        async::describe(thrown));
    handled = refuse(Code::internal, "This is a fault of the program; its log says more.");
  }
  co_await send(responder, std::move(handled));
  // A stream of events lasts as long as its reader likes.
  if (route && *route != Route::events)
    metrics_.latency[static_cast<std::size_t>(*route)].add(context_.clock.now() - began);
}

Task<> RestApi::send(HttpResponder& responder, Handled handled) {
  if (handled && !*handled) co_return;
  if (handled) {
    auto& answer = **handled;
    HttpResponseHead head{answer.status, std::move(answer.fields), std::nullopt};
    if (!answer.body.empty()) head.fields.push_back({"Content-Type", answer.content_type});
    co_await responder.send(std::move(head), std::move(answer.body));
    co_return;
  }
  auto& error = handled.error();
  const auto status = info(error.code).status;
  if (status >= 500) ++metrics_.failed;
  if (status >= 400 && status < 500) ++metrics_.refused;
  if (responder.started() || status == 0) {
    responder.abort();
    co_return;
  }
  auto body = problem_json(error);
  HttpResponseHead head{status, std::move(error.headers), std::nullopt};
  head.fields.push_back({"Content-Type", std::string(kProblemType)});
  co_await responder.send(std::move(head), std::move(body));
}

Task<RestApi::Handled> RestApi::answer(HttpRequest& request, HttpResponder& responder,
                                       std::optional<Route>& route) {
  const auto target = split_target(request.target());
  const bool is_health = request.method() == "GET" && target.path == kHealthPath;
  if (auto admitted = admit(request, context_.settings, !is_health); !admitted) {
    co_return std::unexpected(admitted.error());
  }
  if (request.target().size() > kMaxTarget) {
    co_return refuse(Code::target_too_long, "Path and query may be 8192 bytes long at most.");
  }
  auto match = find_route(request.method(), target.path);
  if (!match) co_return std::unexpected(match.error());
  route = match->route;
  co_return co_await call(request, responder, std::move(*match), target.query);
}

Task<RestApi::Handled> RestApi::call(HttpRequest& request, HttpResponder& responder, RouteMatch match,
                                     std::string_view query) {
  if (match.route == Route::healthz || match.route == Route::openapi) {
    if (auto checked = check_no_options(query); !checked) co_return std::unexpected(checked.error());
    co_return Answer{200, match.route == Route::openapi ? openapi_ : R"({"status":"ok"})", {}};
  }
  if (match.route == Route::store) co_return as_handled(co_await store(request, query));
  if (request.method() == "POST") co_return as_handled(co_await call_post(request, match.route, query));
  if (request.method() == "DELETE") co_return as_handled(co_await call_delete(std::move(match), query));
  co_return co_await call_get(request, responder, std::move(match), query);
}

Task<RestApi::Handled> RestApi::call_get(HttpRequest& request, HttpResponder& responder, RouteMatch match,
                                         std::string_view query) {
  auto parameters = co_await read_get_parameters(request, query, context_.settings.max_json_bytes);
  if (!parameters) co_return std::unexpected(parameters.error());
  if (match.route != Route::retrieve && match.route != Route::events) {
    const bool as_csv = prefers_csv(request.list_field("Accept").value_or(""));
    co_return as_handled(co_await get_answer(std::move(match), std::move(*parameters), as_csv));
  }
  const auto sent =
      match.route == Route::events
          ? co_await events_.handle(request, responder, std::move(*parameters))
          : co_await retrieve_.handle(request, responder, std::move(match.id), std::move(*parameters));
  if (!sent) co_return std::unexpected(sent.error());
  co_return std::nullopt;
}

Task<Outcome<Answer>> RestApi::get_answer(RouteMatch match, Parameters parameters, bool as_csv) {
  auto& id = match.id;
  switch (match.route) {
    case Route::list_files:
      co_return co_await files_.list(std::move(parameters));
    case Route::show_file:
      co_return co_await files_.show(std::move(id), std::move(parameters));
    case Route::show_node:
      co_return co_await nodes_.show(std::move(id), std::move(parameters));
    case Route::why_not:
      co_return co_await nodes_.why_not(std::move(id), std::move(parameters));
    case Route::reputation:
      co_return standing_.reputation(id, parameters);
    case Route::show_agreement:
      co_return agreements_.show(id, parameters);
    case Route::list_statements:
      co_return co_await statements_.list(std::move(id), std::move(parameters));
    case Route::list_payments:
      co_return co_await payments_.list(std::move(parameters), as_csv);
    case Route::payment_totals:
      co_return co_await totals_.totals(std::move(parameters));
    case Route::transcript:
      co_return co_await audits_.transcript(std::move(id), std::move(parameters));
    default:
      co_return list_answer(match.route, parameters);
  }
}

/// Of the calls that wait for nothing and name nothing in their path.
Outcome<Answer> RestApi::list_answer(Route route, const Parameters& parameters) {
  if (route == Route::status) return show_status(parameters);
  if (route == Route::standing) return standing_.standing(parameters);
  if (route == Route::show_scrub) return upkeep_.show_scrub(parameters);
  if (route == Route::show_drain) return upkeep_.show_drain(parameters);
  if (route == Route::list_nodes) return nodes_.list(parameters);
  if (route == Route::list_agreements) return agreements_.list(parameters);
  if (route == Route::list_audits) return audits_.list(parameters);
  if (route == Route::list_repairs) return repairs_.list(parameters);
  if (route == Route::show_channels) return channels_.show(parameters);
  return refuse(Code::internal, "This call has no handler.");
}

Task<Outcome<Answer>> RestApi::store(HttpRequest& request, std::string_view query) {
  if (metrics_.transfers >= context_.settings.max_transfers) {
    co_return std::unexpected(overloaded("Too many transfers are under way; try again later."));
  }
  const TransferSlot slot(metrics_);
  co_return co_await store_.handle(request, query);
}

Task<Outcome<Answer>> RestApi::call_post(HttpRequest& request, Route route, std::string_view query) {
  const bool may_be_empty = route == Route::start_scrub || route == Route::start_drain;
  auto parameters = co_await read_options(request, query, may_be_empty);
  if (!parameters) co_return std::unexpected(parameters.error());
  if (route == Route::register_node) co_return co_await register_.handle(std::move(*parameters));
  if (route == Route::ask_audit) co_return audits_.ask(*parameters);
  if (route == Route::start_scrub) co_return upkeep_.start_scrub(*parameters);
  if (route == Route::start_drain) co_return co_await upkeep_.start_drain(std::move(*parameters));
  co_return refuse(Code::internal, "This call has no handler.");
}

Task<Outcome<Answer>> RestApi::call_delete(RouteMatch match, std::string_view query) {
  auto parameters = parse_query(query);
  if (!parameters) co_return std::unexpected(parameters.error());
  if (match.route == Route::stop_drain) co_return co_await upkeep_.stop_drain(std::move(*parameters));
  co_return co_await files_.erase(std::move(match.id), std::move(*parameters));
}

/// The JSON object in the body of a POST, whose query holds nothing.
Task<Outcome<Parameters>> RestApi::read_options(HttpRequest& request, std::string_view query,
                                                bool may_be_empty) {
  if (auto checked = check_no_options(query); !checked) co_return std::unexpected(checked.error());
  const auto body = co_await read_small_body(request, context_.settings.max_json_bytes);
  if (!body) co_return std::unexpected(body.error());
  if (body->empty() && may_be_empty) co_return Parameters();
  co_return parse_json_object(*body);
}

Outcome<Answer> RestApi::show_status(const Parameters& parameters) const {
  if (auto known = parameters.allow_only({"metrics", "detailed"}); !known)
    return std::unexpected(known.error());
  const auto metrics = parameters.boolean("metrics", false);
  if (!metrics) return std::unexpected(metrics.error());
  const auto detailed = parameters.boolean("detailed", false);
  if (!detailed) return std::unexpected(detailed.error());
  return Answer{200, status_json(context_, metrics_, started_, {*metrics, *detailed}), {}};
}

}  // namespace mycostr::api
