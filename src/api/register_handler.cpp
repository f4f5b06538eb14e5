#include "api/register_handler.hpp"

#include <fmt/core.h>

#include "api/render.hpp"

namespace mycostr::api {
namespace {

constexpr std::size_t kMaxText = 512;

std::unexpected<ApiError> missing(std::string_view field, std::string detail) {
  return refuse_field(Code::invalid_value, field, std::move(detail));
}

ApiError capacity_error(const holder::Refused& refused) {
  auto code = Code::storage_failed;
  switch (refused.reason) {
    case holder::Refusal::capacity_in_use:
      code = Code::capacity_in_use;
      break;
    case holder::Refusal::capacity_too_small:
      code = Code::capacity_too_small;
      break;
    case holder::Refusal::capacity_unavailable:
      code = Code::capacity_unavailable;
      break;
    case holder::Refusal::failed:
      return storage_failed("registering", {Errc::io, refused.detail});
  }
  return {.code = code,
          .detail = "This capacity cannot be offered: " + refused.detail + ".",
          .field = "capacity"};
}

ApiError introduction_error(const Error& error) {
  switch (error.code) {
    case Errc::wrong_peer:
      return {.code = Code::identity_mismatch,
              .detail = "The node at this address holds another key; check pubkey and address.",
              .field = "pubkey"};
    case Errc::conflict:
      return {.code = Code::wrong_network,
              .detail = "The node at this address refuses: " + error.detail + "."};
    case Errc::overloaded:
      return overloaded("The node at this address is busy; try again later.");
    default:
      return {.code = Code::unreachable,
              .detail = "No node answers at this address (" + error.detail +
                        "); check that it runs and can be "
                        "reached from here.",
              .field = "address"};
  }
}

}  // namespace

Task<Outcome<Answer>> RegisterHandler::handle(Parameters parameters) {
  if (auto known = parameters.allow_only({"capacity", "location", "pubkey", "address"}); !known) {
    co_return std::unexpected(known.error());
  }
  const auto text = parameters.text("pubkey", kMaxText);
  if (!text) co_return std::unexpected(text.error());
  if (!*text) co_return co_await offer_own(std::move(parameters));
  const auto key = PublicKey::from_hex(**text);
  if (!key)
    co_return refuse_field(Code::invalid_value, "pubkey", "A public key is 64 lower-case hex digits.");
  if (*key == context_.identity.public_key()) co_return co_await offer_own(std::move(parameters));
  co_return co_await add_other(*key, std::move(parameters));
}

Task<Outcome<Answer>> RegisterHandler::offer_own(Parameters parameters) {
  if (parameters.has("address")) {
    co_return refuse_field(Code::invalid_value, "address", "An address goes with another node's pubkey.");
  }
  const auto capacity = parameters.integer("capacity");
  if (!capacity) co_return std::unexpected(capacity.error());
  if (!*capacity) co_return missing("capacity", "How many bytes does this node offer?");
  if ((*capacity)->is_negative)
    co_return refuse_field(Code::invalid_value, "capacity", "This is a number of bytes.");
  const ByteCount bytes{(*capacity)->magnitude};
  auto location = parameters.text("location", kMaxText);
  if (!location) co_return std::unexpected(location.error());
  if (!*location) co_return missing("location", "Where is this node? For instance \"DE\" or \"US-CA\".");
  // The contract has this looked at before all else that depends on what the values are.
  if (const auto used = context_.chunks.usage().used; bytes < used) {
    co_return std::unexpected(capacity_error(
        {holder::Refusal::capacity_in_use, fmt::format("{} bytes are in use by shards", used.value)}));
  }
  const auto place = placement::parse_location(**location);
  if (!place) {
    co_return refuse_field(
        Code::unknown_location, "location",
        "This is no location; use ISO 3166 codes such as DE or US-CA, perhaps with \"/Place\".");
  }
  const auto registered = co_await context_.registration.offer_capacity(bytes, std::string(place->text()));
  if (!registered) co_return std::unexpected(capacity_error(registered.error()));
  const auto& offer = registered->offer;
  co_return Answer{registered->first ? 201U : 200U,
                   node_json({context_.identity.id(), context_.identity.public_key(), offer.capacity,
                              offer.location, context_.own_record.endpoints(), offer.registered}),
                   {}};
}

Task<Outcome<Answer>> RegisterHandler::add_other(PublicKey key, Parameters parameters) {
  for (const std::string_view field : {"capacity", "location"}) {
    if (!parameters.has(field)) continue;
    co_return refuse_field(Code::invalid_value, field, "Another node's key goes with its address alone.");
  }
  const auto text = parameters.text("address", kMaxText);
  if (!text) co_return std::unexpected(text.error());
  if (!*text) co_return missing("address", "Another node's key needs its peer address, \"host:port\".");
  auto endpoint = parse_endpoint(**text);
  if (!endpoint) co_return refuse_field(Code::invalid_value, "address", "An address is \"host:port\".");
  const auto id = crypto::node_id_of(key);
  const bool was_known = context_.directory.find(id) != nullptr;
  PeerAddress address{.id = id, .endpoints = {std::move(*endpoint)}, .dial_anew = true};
  const auto met = co_await context_.dht.introduce(std::move(address));
  if (!met) co_return std::unexpected(introduction_error(met.error()));
  const auto* node = context_.directory.find(id);
  if (node == nullptr) co_return refuse(Code::internal, "The node was met and forgotten at once; try again.");
  const auto& record = node->record;
  co_return Answer{was_known ? 200U : 201U,
                   node_json({id, key, record.capacity, record.location, record.endpoints,
                              node->last_seen.value_or(context_.clock.wall_now())}),
                   {}};
}

}  // namespace mycostr::api
