// Inside of wire only: protobuf's strings to the project's types.
#pragma once

#include <google/protobuf/stubs/logging.h>

#include <string>

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

inline std::unexpected<Error> malformed(std::string_view what) {
  return fail(Errc::invalid, "malformed " + std::string(what));
}

}  // namespace mycostr::wire
