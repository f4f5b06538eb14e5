// The messages of the peer API and their codec. Decoding checks every length and count; what it returns is in
// bounds. Errors of all decoders: invalid.
#pragma once

#include <optional>
#include <vector>

#include "wire/node_record.hpp"

namespace mycostr::wire {

namespace operations {
inline constexpr const char* kHello = "hello";
inline constexpr const char* kOfferShard = "shards/offer";
inline constexpr const char* kPutShard = "shards/put";
inline constexpr const char* kGetShard = "shards/get";
inline constexpr const char* kDeleteShards = "shards/delete";
}  // namespace operations

inline constexpr std::size_t kMaxShardsPerDelete = 1000;
inline constexpr std::size_t kMaxShardsPerGrant = 1000;

/// Both the request and its reply.
struct Hello {
  Bytes record;  ///< the sender's own, encoded
};
Bytes encode(const Hello& message);
Result<Hello> decode_hello(ByteView bytes);

/// A holder's word that it keeps a shard.
struct Receipt {
  NodeId owner;
  PublicKey holder_key;
  ShardId shard;
  ByteCount size;
  WallTime stored;
};
/// An encoded Signed.
Bytes encode_receipt(const Receipt& receipt, const crypto::Identity& holder);
struct SignedReceipt {
  Receipt receipt;
  Signature signature;
};
/// Checks the signature against the key in the receipt.
Result<SignedReceipt> decode_receipt(ByteView bytes);

/// An owner's word that another node may act on some of its shards.
struct Grant {
  PublicKey owner_key;
  NodeId grantee;
  std::vector<ShardId> shards;
  bool may_read = false;
  bool may_delete = false;
  WallTime expires;
};
Bytes encode_grant(const Grant& grant, const crypto::Identity& owner);
/// Checks the signature against the key in the grant.
Result<Grant> decode_grant(ByteView bytes);

struct OfferShard {
  ByteCount size;
};
Bytes encode(const OfferShard& message);
Result<OfferShard> decode_offer_shard(ByteView bytes);

struct PutShard {
  ShardId shard;
};
Bytes encode(const PutShard& message);
Result<PutShard> decode_put_shard(ByteView bytes);

struct GetShard {
  ShardId shard;
  Bytes grant;  ///< encoded; empty: the caller's own
};
Bytes encode(const GetShard& message);
Result<GetShard> decode_get_shard(ByteView bytes);

struct DeleteShards {
  std::vector<ShardId> shards;
  Bytes grant;
};
Bytes encode(const DeleteShards& message);
Result<DeleteShards> decode_delete_shards(ByteView bytes);

}  // namespace mycostr::wire
