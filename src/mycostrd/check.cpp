#include <cstdio>

#include "mycostrd/check_catalog.hpp"
#include "mycostrd/commands.hpp"
#include "mycostrd/settings.hpp"
#include "storage/check.hpp"

namespace mycostr {
namespace {

std::size_t print(const std::vector<storage::Problem>& problems) {
  for (const auto& problem : problems)
    std::printf("%s\n  %s\n", problem.what.c_str(), problem.what_to_do.c_str());
  return problems.size();
}

}  // namespace

int check_command(const CheckOptions& options) {
  const node::DataDir dir{options.data_dir};
  const auto settings = load_settings(dir);
  if (!settings) return complain(settings.error().detail, kUsage);
  if (const auto secrets = node::read_secrets(dir); !secrets) return complain(secrets.error().detail, kUsage);
  std::printf("configuration: good\n");
  if (!std::filesystem::exists(dir.database())) {
    std::printf("store: empty, the daemon has not run yet\n");
    return kDone;
  }
  storage::Database database(dir.database(), storage::Database::Missing::refuse);
  std::size_t found = 0;
  if (options.rebuild_index) {
    const auto rebuilt = storage::rebuild_index(database, dir.packs());
    std::printf("index: made anew, %llu shards in %llu packs\n",
                static_cast<unsigned long long>(rebuilt.shards),
                static_cast<unsigned long long>(rebuilt.packs));
    found += print(rebuilt.problems);
  }
  found += print(storage::verify(database, dir.packs(), options.read_data));
  found += print(check_catalog(database));
  std::printf("store: %s\n", found == 0 ? "good" : "problems found");
  return found == 0 ? kDone : kFailed;
}

}  // namespace mycostr
