#include "mycostr/peer.pb.h"
#include "wire/messages.hpp"
#include "wire/proto_util.hpp"

namespace mycostr::wire {

Bytes encode(const Hello& message) {
  proto::Hello out;
  out.set_record(field_of(message.record));
  return serialize(out);
}

Result<Hello> decode_hello(ByteView bytes) {
  proto::Hello message;
  if (!parse(message, bytes) || message.record().size() > kMaxRecordSize) return malformed("hello");
  return Hello{bytes_of(message.record())};
}

}  // namespace mycostr::wire
