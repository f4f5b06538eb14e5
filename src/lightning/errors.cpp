#include "lightning/errors.hpp"

#include <grpcpp/support/status.h>

#include <array>

namespace mycostr::lightning {

namespace {

constexpr std::size_t kMaxDetail = 300;

struct Meaning {
  std::string_view text;  ///< stands somewhere in the message
  Errc code;
};

constexpr auto kMeanings = std::to_array<Meaning>({
    // Macaroons.
    {"permission denied", Errc::forbidden},
    {"macaroon", Errc::forbidden},
    {"verification failed", Errc::forbidden},
    {"signature mismatch", Errc::forbidden},
    {"invalid ID", Errc::forbidden},
    // Not up yet, or going down.
    {"wallet locked", Errc::unreachable},
    {"wallet not created", Errc::unreachable},
    {"waiting to start", Errc::unreachable},
    {"in the process of starting", Errc::unreachable},
    {"chain backend is still syncing", Errc::unreachable},
    {"shutting down", Errc::closed},
    {"server exiting", Errc::closed},
    // Invoices.
    {"invoice with payment hash already exists", Errc::exists},
    {"unable to locate invoice", Errc::not_found},
    {"there are no existing invoices", Errc::not_found},
    {"invoice already settled", Errc::conflict},
    // Peers and channels.
    {"already connected to peer", Errc::exists},
    {"is not online", Errc::unreachable},
    {"peer disconnected", Errc::unreachable},
    {"not enough witness outputs", Errc::not_enough},
    {"insufficient funds", Errc::not_enough},
    {"funder balance too small", Errc::not_enough},
    {"reserved wallet balance invalidated", Errc::not_enough},
    {"min chan size", Errc::conflict},
    {"maximum chan size", Errc::conflict},
    {"pending channels exceed maximum", Errc::conflict},
    {"received funding error", Errc::conflict},
    {"channel is too small", Errc::invalid},
    {"channel to self", Errc::invalid},
    {"connection to self", Errc::invalid},
});

Errc by_text(std::string_view message, Errc otherwise) {
  for (const auto& [text, code] : kMeanings) {
    if (message.contains(text)) return code;
  }
  return otherwise;
}

/// gRPC calls both "no connection could be made" and "the connection broke" Unavailable. Only the first is
/// certain not to have reached lnd.
Errc unavailable(std::string_view message) {
  for (const std::string_view never_sent :
       {"failed to connect to all addresses", "DNS resolution failed", "empty address list"}) {
    if (message.contains(never_sent)) return Errc::unreachable;
  }
  return Errc::closed;
}

Errc code_of(const grpc::Status& status, Errc otherwise) {
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
      return unavailable(status.error_message());
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return Errc::timeout;
    case grpc::StatusCode::CANCELLED:
    case grpc::StatusCode::ABORTED:
      return Errc::closed;
    case grpc::StatusCode::UNAUTHENTICATED:
    case grpc::StatusCode::PERMISSION_DENIED:
      return Errc::forbidden;
    case grpc::StatusCode::NOT_FOUND:
      return Errc::not_found;
    case grpc::StatusCode::ALREADY_EXISTS:
      return Errc::exists;
    case grpc::StatusCode::INVALID_ARGUMENT:
      return Errc::invalid;
    case grpc::StatusCode::UNKNOWN:
      return by_text(status.error_message(), otherwise);
    default:
      return Errc::internal;
  }
}

}  // namespace

Error to_error(const grpc::Status& status, Errc otherwise) {
  auto detail = "lnd: " + status.error_message().substr(0, kMaxDetail);
  for (auto& c : detail) {
    if (c < ' ' || c > '~') c = '?';
  }
  return {code_of(status, otherwise), std::move(detail)};
}

}  // namespace mycostr::lightning
