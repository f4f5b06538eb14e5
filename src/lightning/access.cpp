#include "lightning/access.hpp"

#include <fstream>

#include "base/bytes.hpp"

namespace mycostr::lightning {

namespace {

/// Certificates and macaroons take one or two KiB.
constexpr std::size_t kMaxFileSize = 64 << 10;

Result<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(Errc::unreachable, "cannot read " + path.string());
  std::string text(kMaxFileSize + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.empty() || text.size() > kMaxFileSize) {
    return fail(Errc::unreachable, path.string() + " is empty, or no such file as lnd writes");
  }
  return text;
}

}  // namespace

Result<Credentials> load_credentials(const LndAccess& access) {
  auto certificate = read_file(access.certificate);
  if (!certificate) return std::unexpected(certificate.error());
  const auto macaroon = read_file(access.macaroon);
  if (!macaroon) return std::unexpected(macaroon.error());
  return Credentials{std::move(*certificate), to_hex(as_bytes(*macaroon))};
}

}  // namespace mycostr::lightning
