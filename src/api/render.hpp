// JSON of the answers. Texts from outside that are no UTF-8 are replaced.
#pragma once

#include "api/context.hpp"
#include "api/file_share.hpp"
#include "api/list_place.hpp"
#include "api/metrics.hpp"

namespace mycostr::api {

/// A file with a page of its chunks: the answer of POST /store, and with `health` of GET /files/{id}.
std::string file_json(const files::FileInfo& file, const std::vector<files::ChunkInfo>& chunks,
                      bool is_truncated, const std::optional<files::FileHealth>& health);
std::string file_list_json(const files::FileList& list);

/// What a node is registered with.
struct NodeAnswer {
  NodeId id;
  PublicKey key;
  ByteCount capacity;
  std::string location;  ///< empty: none
  std::vector<Endpoint> endpoints;
  WallTime registered;
};
std::string node_json(const NodeAnswer& node);

/// Where a node stands in the list of nodes: by when it was first seen.
using NodeListPlace = ListPlace<NodeId>;
/// REQUIRES: the nodes are in the directory.
std::string known_node_json(const ApiContext& context, const NodeId& id);
std::string node_list_json(const ApiContext& context, const std::vector<NodeListPlace>& places,
                           bool has_more);
std::string why_not_json(const std::vector<placement::Exclusion>& exclusions);

/// Lists take the cursor of their next page; empty: none.
std::string agreement_json(const agreement::Agreement& agreement, payment::Payments& payments);
std::string agreement_list_json(const std::vector<const agreement::Agreement*>& agreements,
                                payment::Payments& payments, const std::string& next_cursor);
std::string accepted_audit_json(const AgreementId& agreement);
std::string audit_list_json(const std::vector<audit::Record>& audits, const std::string& next_cursor);
std::string repair_list_json(const std::vector<repair::RepairRecord>& repairs, const std::string& next_cursor,
                             const std::optional<repair::FrozenSince>& frozen);
std::string reputation_json(const reputation::Explanation& score);
/// Where an owner's word stands in the list of them: by its time.
using StandingPlace = ListPlace<NodeId>;
std::string standing_json(const std::vector<reputation::OwnersWord>& words,
                          const std::vector<std::string>& warnings, const std::string& next_cursor);
std::string statement_list_json(const std::vector<payment::StatementRow>& rows, Duration period,
                                const std::string& next_cursor);
struct PaymentLine {
  payment::Payment payment;
  std::optional<FileShare> share;  ///< of the file that was asked for
};
std::string payment_list_json(const std::vector<PaymentLine>& lines, const std::string& next_cursor);
/// With a header row; the same fields.
std::string payment_list_csv(const std::vector<PaymentLine>& lines);
struct TotalsLine {
  std::string key;
  Msat out = {};  ///< without fees
  Msat in = {};
  Msat fees = {};
  Msat accrued_out = {};  ///< agreed, and not settled yet: owed to the other side
  Msat accrued_in = {};   ///< owed to this node
};
std::string totals_json(const std::vector<TotalsLine>& lines, const std::string& next_cursor);
std::string scrub_json(const holder::ScrubStatus& scrub);
std::string drain_json(const holder::DrainStatus& drain);

/// The event as it stands in the stream, with the empty line at its end.
std::string event_text(const events::Event& event);

struct StatusRequest {
  bool metrics = false;
  bool detailed = false;
};
std::string status_json(const ApiContext& context, const Metrics& metrics, SteadyTime started,
                        StatusRequest wanted);

}  // namespace mycostr::api
