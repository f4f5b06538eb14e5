// A node's data directory: mycostrd.toml, keys/, api.token, db/, packs/.
#pragma once

#include <filesystem>

#include "config/settings.hpp"
#include "crypto/identity.hpp"
#include "crypto/keystore.hpp"
#include "mycostr/random.hpp"

namespace mycostr::node {

struct DataDir {
  std::filesystem::path root;

  std::filesystem::path settings_file() const { return root / "mycostrd.toml"; }
  std::filesystem::path identity_key_file() const { return root / "keys" / "identity.key"; }
  std::filesystem::path master_key_file() const { return root / "keys" / "master.key"; }
  std::filesystem::path token_file() const { return root / "api.token"; }
  std::filesystem::path database() const { return root / "db"; }
  std::filesystem::path packs() const { return root / "packs"; }
};

/// What the files under keys/ and api.token hold.
struct Secrets {
  crypto::Identity::Seed identity;
  crypto::Keystore::MasterKey master;
  std::string token;
};

/// Makes the directory with new keys and a settings file; nobody else may read it. Everything is on disk on
/// return. Errors: exists (there is something in it already: nothing is touched), io.
Result<NodeId> make_data_dir(const DataDir& dir, const config::Settings& settings, Random& random);
/// Errors: not_found (no data directory), corrupt, io.
Result<Secrets> read_secrets(const DataDir& dir);

}  // namespace mycostr::node
