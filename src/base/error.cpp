#include "base/error.hpp"

#include <array>
#include <utility>

namespace mycostr {
namespace {

constexpr std::array kNames{std::pair{Errc::invalid, "invalid"},
                            std::pair{Errc::not_found, "not_found"},
                            std::pair{Errc::exists, "exists"},
                            std::pair{Errc::forbidden, "forbidden"},
                            std::pair{Errc::full, "full"},
                            std::pair{Errc::overloaded, "overloaded"},
                            std::pair{Errc::timeout, "timeout"},
                            std::pair{Errc::unreachable, "unreachable"},
                            std::pair{Errc::wrong_peer, "wrong_peer"},
                            std::pair{Errc::closed, "closed"},
                            std::pair{Errc::corrupt, "corrupt"},
                            std::pair{Errc::io, "io"},
                            std::pair{Errc::not_enough, "not_enough"},
                            std::pair{Errc::conflict, "conflict"},
                            std::pair{Errc::cancelled, "cancelled"},
                            std::pair{Errc::internal, "internal"}};

}  // namespace

std::string_view errc_name(Errc code) {
  for (const auto& [value, name] : kNames) {
    if (value == code) return name;
  }
  return "internal";
}

Errc errc_from_name(std::string_view text) {
  for (const auto& [value, name] : kNames) {
    if (name == text) return value;
  }
  return Errc::internal;
}

std::string to_string(const Error& error) {
  return std::string(errc_name(error.code)) + ": " + error.detail;
}

}  // namespace mycostr
