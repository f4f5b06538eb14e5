#include "sim/seeds.hpp"

#include <cstdlib>
#include <string>

namespace mycostr::sim {
namespace {

// Sanitizers make it slow, and so does a build without optimization.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MYCOSTR_SANITIZED
#endif
#endif

#if defined(MYCOSTR_SANITIZED) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kSeeds = 12;
constexpr std::uint64_t kShare = 4;
#elif defined(NDEBUG)
constexpr std::uint64_t kSeeds = 1000;
constexpr std::uint64_t kShare = 1;
#else
constexpr std::uint64_t kSeeds = 100;
constexpr std::uint64_t kShare = 1;
#endif

std::optional<std::uint64_t> number_in(const char* variable) {
  const auto* text = std::getenv(variable);
  if (text == nullptr || *text == '\0') return std::nullopt;
  return std::stoull(text);
}

}  // namespace

std::uint64_t seed_count() {
  return number_in("MYCOSTR_SIM_SEEDS").value_or(kSeeds);
}
std::uint64_t seeds_of(std::uint64_t most) {
  return (most + kShare - 1) / kShare;
}
std::optional<std::uint64_t> only_seed() {
  return number_in("MYCOSTR_SIM_SEED");
}

}  // namespace mycostr::sim
