#include "node/data_dir.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace mycostr::node {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> io_error(std::string_view what, const fs::path& path) {
  return fail(Errc::io, fmt::format("cannot {} {}: {}", what, path.string(), std::strerror(errno)));
}

/// A new file that only its owner may read, on disk on return.
Result<void> write_new(const fs::path& path, std::string_view text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return io_error("make", path);
  Result<void> done;
  while (done && !text.empty()) {
    const auto written = ::write(file, text.data(), text.size());
    if (written < 0) done = io_error("write", path);
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (done && ::fsync(file) != 0) done = io_error("sync", path);
  ::close(file);
  // Half of it could be taken for all.
  if (!done) ::unlink(path.c_str());
  return done;
}

Result<void> sync_folder(const fs::path& path) {
  const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return io_error("open", path);
  const bool done = ::fsync(folder) == 0;
  ::close(folder);
  if (!done) return io_error("sync", path);
  return {};
}

/// A small file's text without white space at its end.
Result<std::string> read_small(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    if (errno == ENOENT) {
      return fail(
          Errc::not_found,
          fmt::format("{} does not exist; make a data directory with 'mycostrd init'", path.string()));
    }
    return io_error("open", path);
  }
  char buffer[1024];
  const auto got = ::read(file, buffer, sizeof buffer);
  ::close(file);
  if (got < 0) return io_error("read", path);
  std::string text(buffer, static_cast<std::size_t>(got));
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) text.pop_back();
  return text;
}

template <class Key>
Result<Key> read_key(const fs::path& path) {
  const auto text = read_small(path);
  if (!text) return std::unexpected(text.error());
  const auto key = Key::from_hex(*text);
  if (!key) return fail(Errc::corrupt, fmt::format("{} does not hold a key (64 hex digits)", path.string()));
  return *key;
}

}  // namespace

Result<NodeId> make_data_dir(const DataDir& dir, const config::Settings& settings, Random& random) {
  std::error_code error;
  if (fs::exists(dir.root, error) && !fs::is_empty(dir.root, error)) {
    return fail(Errc::exists, fmt::format("{} is there already and not empty; choose another --data-dir",
                                          dir.root.string()));
  }
  const auto folder = dir.identity_key_file().parent_path();
  fs::create_directories(folder, error);
  if (error) return fail(Errc::io, fmt::format("cannot make {}: {}", folder.string(), error.message()));
  fs::permissions(dir.root, fs::perms::owner_all, error);
  fs::permissions(folder, fs::perms::owner_all, error);
  const auto seed = random.make<crypto::Identity::Seed>();
  const auto token = random.make<Digest>();
  // The settings file comes last: without it the directory counts as not made.
  const std::pair<fs::path, std::string> files[] = {
      {dir.identity_key_file(), seed.hex() + "\n"},
      {dir.master_key_file(), random.make<crypto::Keystore::MasterKey>().hex() + "\n"},
      {dir.token_file(), token.hex() + "\n"},
      {dir.settings_file(), config::write_toml(settings)}};
  for (const auto& [path, text] : files) {
    const auto done = write_new(path, text);
    if (done) continue;
    // The next attempt finds it empty, as this one did.
    for (const auto& [made, ignored] : files) fs::remove(made, error);
    fs::remove(folder, error);
    return std::unexpected(done.error());
  }
  for (const auto& path : {folder, dir.root}) {
    if (const auto done = sync_folder(path); !done) return std::unexpected(done.error());
  }
  return crypto::Identity(seed).id();
}

Result<Secrets> read_secrets(const DataDir& dir) {
  const auto identity = read_key<crypto::Identity::Seed>(dir.identity_key_file());
  if (!identity) return std::unexpected(identity.error());
  const auto master = read_key<crypto::Keystore::MasterKey>(dir.master_key_file());
  if (!master) return std::unexpected(master.error());
  const auto token = read_small(dir.token_file());
  if (!token) return std::unexpected(token.error());
  if (token->size() < 16)
    return fail(Errc::corrupt, dir.token_file().string() + " holds no token of 16 or more characters");
  return Secrets{*identity, *master, *token};
}

}  // namespace mycostr::node
