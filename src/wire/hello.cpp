#include "mycostr/peer.pb.h"
#include "wire/messages.hpp"
#include "wire/proto_util.hpp"

namespace mycostr::wire {

Bytes encode(const Hello& message) {
  proto::Hello out;
  out.set_record(field_of(message.record));
  out.set_instance(message.instance);
  out.set_since(message.since);
  return serialize(out);
}

Result<Hello> decode_hello(ByteView bytes) {
  proto::Hello message;
  if (!parse(message, bytes) || message.record().size() > kMaxRecordSize) return malformed("hello");
  return Hello{bytes_of(message.record()), message.instance(), message.since()};
}

Bytes encode(const HelloReply& message) {
  proto::HelloReply out;
  out.set_record(field_of(message.record));
  for (const auto& record : message.records) out.add_records(field_of(record));
  out.set_instance(message.instance);
  out.set_cursor(message.cursor);
  return serialize(out);
}

Result<HelloReply> decode_hello_reply(ByteView bytes) {
  proto::HelloReply message;
  const bool fits = parse(message, bytes) && message.record().size() <= kMaxRecordSize &&
                    message.records_size() <= static_cast<int>(kMaxRecordsPerReply);
  if (!fits) return malformed("hello reply");
  HelloReply out{bytes_of(message.record()), {}, message.instance(), message.cursor()};
  for (const auto& record : message.records()) {
    if (record.size() > kMaxRecordSize) return malformed("hello reply");
    out.records.push_back(bytes_of(record));
  }
  return out;
}

}  // namespace mycostr::wire
