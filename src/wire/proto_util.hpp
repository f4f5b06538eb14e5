// Inside of wire only: protobuf's strings to the project's types.
#pragma once

#include <google/protobuf/stubs/logging.h>

#include <string>
#include <vector>

#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"

namespace mycostr::wire {

template <class Message>
bool parse(Message& message, ByteView bytes) {
  // Else each text that is not UTF-8 is a line on stderr: a peer could fill the log.
  const google::protobuf::LogSilencer quiet;
  return message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

template <class Message>
Bytes serialize(const Message& message) {
  Bytes out(message.ByteSizeLong());
  message.SerializeToArray(out.data(), static_cast<int>(out.size()));
  return out;
}

template <class Id>
bool read_id(const std::string& field, Id& out) {
  const auto id = Id::from(as_bytes(field));
  if (id) out = *id;
  return id.has_value();
}

template <class Id>
std::string field_of(const Id& id) {
  return std::string(id.text());
}
inline std::string field_of(const Bytes& bytes) {
  return std::string(as_text(bytes));
}
inline Bytes bytes_of(const std::string& field) {
  return Bytes(field.begin(), field.end());
}

/// Of a repeated proto::Endpoint; false where one is malformed, or there are more than `limit`.
template <class Field>
bool read_endpoints(const Field& field, std::size_t limit, std::vector<Endpoint>& out) {
  if (static_cast<std::size_t>(field.size()) > limit) return false;
  for (const auto& endpoint : field) {
    if (endpoint.port() > 65535) return false;
    // The text form is what checks a host.
    auto parsed =
        parse_endpoint(to_string(Endpoint{endpoint.host(), static_cast<std::uint16_t>(endpoint.port())}));
    if (!parsed) return false;
    out.push_back(std::move(*parsed));
  }
  return true;
}

inline std::unexpected<Error> malformed(std::string_view what) {
  return fail(Errc::invalid, "malformed " + std::string(what));
}

}  // namespace mycostr::wire
