// The REST API behind the port of HTTP: who may call, which call it is, and one answer to each.
#pragma once

#include "api/agreements_handler.hpp"
#include "api/audits_handler.hpp"
#include "api/channels_handler.hpp"
#include "api/events_handler.hpp"
#include "api/files_handler.hpp"
#include "api/nodes_handler.hpp"
#include "api/payments_handler.hpp"
#include "api/register_handler.hpp"
#include "api/repairs_handler.hpp"
#include "api/retrieve_handler.hpp"
#include "api/standing_handler.hpp"
#include "api/statements_handler.hpp"
#include "api/store_handler.hpp"
#include "api/totals_handler.hpp"
#include "api/upkeep_handler.hpp"

namespace mycostr::api {

/// Loop thread only. What the context refers to outlives it. No failure of a call leaves handle() but its
/// cancellation.
class RestApi final : public HttpHandler {
 public:
  explicit RestApi(ApiContext context);
  RestApi(const RestApi&) = delete;
  RestApi& operator=(const RestApi&) = delete;

  Task<> handle(HttpRequest& request, HttpResponder& responder) override;
  std::string problem(unsigned status, std::string_view code, std::string_view detail) override;

 private:
  /// Nothing where the answer has been sent already.
  using Handled = Outcome<std::optional<Answer>>;
  Task<Handled> answer(HttpRequest& request, HttpResponder& responder, std::optional<Route>& route);
  Task<Handled> call(HttpRequest& request, HttpResponder& responder, RouteMatch match,
                     std::string_view query);
  Task<Handled> call_get(HttpRequest& request, HttpResponder& responder, RouteMatch match,
                         std::string_view query);
  Task<Outcome<Answer>> call_post(HttpRequest& request, Route route, std::string_view query);
  Task<Outcome<Answer>> call_delete(RouteMatch match, std::string_view query);
  Task<Outcome<Answer>> get_answer(RouteMatch match, Parameters parameters, bool as_csv);
  Outcome<Answer> list_answer(Route route, const Parameters& parameters);
  Task<Outcome<Answer>> store(HttpRequest& request, std::string_view query);
  Task<Outcome<Parameters>> read_options(HttpRequest& request, std::string_view query, bool may_be_empty);
  Outcome<Answer> show_status(const Parameters& parameters) const;
  Task<> send(HttpResponder& responder, Handled handled);

  ApiContext context_;
  Metrics metrics_;
  const SteadyTime started_;
  const std::string openapi_;
  StoreHandler store_;
  RetrieveHandler retrieve_;
  FilesHandler files_;
  RegisterHandler register_;
  NodesHandler nodes_;
  AgreementsHandler agreements_;
  AuditsHandler audits_;
  RepairsHandler repairs_;
  StandingHandler standing_;
  UpkeepHandler upkeep_;
  StatementsHandler statements_;
  PaymentsHandler payments_;
  TotalsHandler totals_;
  ChannelsHandler channels_;
  EventsHandler events_;
};

}  // namespace mycostr::api
