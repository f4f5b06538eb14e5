// What the REST API stands on.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "dht/record_keeper.hpp"
#include "dht/service.hpp"
#include "files/cleaner.hpp"
#include "files/health.hpp"
#include "files/retrieve_service.hpp"
#include "files/store_service.hpp"
#include "holder/registration.hpp"

namespace mycostr::api {

/// Something an operator should know of: part of /node/status.
struct Problem {
  std::string code;
  std::string detail;
};

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
  std::function<std::vector<Problem>()> problems;
  ApiSettings settings;
};

}  // namespace mycostr::api
