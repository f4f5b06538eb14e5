// Adapter of GeoDatabase over libmaxminddb: a City or Country database in the MaxMind DB format 2.0
// (https://maxmind.github.io/MaxMind-DB/), the operator's own file.
#pragma once

#include <filesystem>
#include <memory>

#include "base/error.hpp"
#include "mycostr/geo_database.hpp"

struct MMDB_s;

namespace mycostr::geo {

/// The file is mapped into memory, and stays so until the object goes: a newer one takes its place by rename,
/// never by writing over it. find() may be called on any thread; what it reads is checked, so that a damaged
/// record is no answer.
class MaxmindDatabase final : public GeoDatabase {
 public:
  /// Reads the file's metadata only; blocks for as long as that takes. Errors: not_found, io (it cannot be
  /// read), invalid (it is no MaxMind DB file, or one of another kind, of networks' owners for instance).
  static Result<std::unique_ptr<MaxmindDatabase>> open(const std::filesystem::path& file);

  std::optional<GeoAnswer> find(const IpAddress& ip) const override;

 private:
  struct Close {
    void operator()(MMDB_s* database) const;
  };
  using Handle = std::unique_ptr<MMDB_s, Close>;
  explicit MaxmindDatabase(Handle database) : database_(std::move(database)) {}

  Handle database_;
};

}  // namespace mycostr::geo
