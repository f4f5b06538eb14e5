// What the REST API stands on.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "agreement/book.hpp"
#include "audit/auditor.hpp"
#include "audit/log.hpp"
#include "dht/record_keeper.hpp"
#include "dht/service.hpp"
#include "events/event_log.hpp"
#include "files/cleaner.hpp"
#include "files/health.hpp"
#include "files/retrieve_service.hpp"
#include "files/store_service.hpp"
#include "holder/drain.hpp"
#include "holder/registration.hpp"
#include "holder/scrubber.hpp"
#include "payment/payments.hpp"
#include "repair/service.hpp"
#include "reputation/standing.hpp"

namespace mycostr::api {

/// Something an operator should know of: part of /node/status.
using events::Problem;

struct ApiSettings {
  std::string token;                       ///< of Authorization: Bearer
  std::vector<std::string> allowed_hosts;  ///< names accepted in Host besides loopback and the own address
  std::uint64_t max_json_bytes = 1 << 20;
  std::size_t max_transfers = 64;  ///< stores and retrieves at once; beyond: 503
  std::string version;
};

/// References outlive the API. Loop thread only.
struct ApiContext {
  Clock& clock;
  const crypto::Identity& identity;
  dht::Directory& directory;
  dht::Service& dht;
  dht::RecordKeeper& own_record;
  ChunkStore& chunks;
  Transport& transport;
  holder::Registration& registration;
  files::Context& files;
  files::Catalog& catalog;
  files::StoreService& store;
  files::RetrieveService& retrieve;
  files::Cleaner& cleaner;
  agreement::Book& agreements;
  audit::Log& audits;
  audit::Auditor& auditor;
  repair::Service& repairs;
  reputation::Standing& standing;
  holder::Scrubber& scrubber;
  holder::Drain& drain;
  payment::Payments& payments;
  events::EventLog& events;
  std::function<std::vector<Problem>()> problems;
  ApiSettings settings;
};

}  // namespace mycostr::api
