#!/usr/bin/env python3
"""Make transcripts of audits after docs/protocol.md alone, for the unit tests: an implementation of its own.

usage: make_transcripts.py FOLDER   (needs the package "cryptography"; the same files each time)
"""

import hashlib
import pathlib
import random
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LEAF = 4096
CHAIN_STEPS = 16
noise = random.Random(1)


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def be64(value):
    return value.to_bytes(8, "big")


class Key:
    def __init__(self, number):
        self.private = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
        self.public = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.id = sha(b"mycostr/id/1", self.public)

    def sign(self, purpose, payload):
        return self.private.sign(b"mycostr/" + purpose + b"/1\0" + payload)


OWNER, HOLDER = Key(1), Key(2)


def varint(value):
    out = b""
    while value >= 128:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def number(field, value):
    return varint(field << 3) + varint(value) if value else b""


def data(field, value):
    return varint(field << 3 | 2) + varint(len(value)) + value


def signed(key, purpose, payload):
    # A proof is long: its hash is signed.
    return data(1, payload) + data(2, key.sign(purpose, sha(payload) if purpose == b"proof" else payload))


def co_signed(purpose, payload):
    return data(1, payload) + data(2, OWNER.sign(purpose, payload)) + data(3, HOLDER.sign(purpose + b"-holder", payload))


def split(leaves):
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return leaves[:half], leaves[half:]


def root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    left, right = split(leaves)
    return sha(b"\1", root(left), root(right))


def path(leaves, shown, first=0):
    if not any(first <= i < first + len(leaves) for i in shown):
        return [root(leaves)]
    if len(leaves) == 1:
        return []
    left, right = split(leaves)
    return path(left, shown, first) + path(right, shown, first + len(left))


def select(shards, seed, count, chained):
    """The leaves asked for, by slot."""
    def draw(seed, i):
        return sha(seed, be64(i))

    def slot_of(draw):
        return int.from_bytes(draw[:16], "big") % len(shards)

    def leaf_of(draw, slot):
        return int.from_bytes(draw[16:], "big") % len(shards[slot])

    asked = {}
    if chained:
        for _ in range(CHAIN_STEPS):
            slot = slot_of(draw(seed, 0))
            leaf = leaf_of(draw(seed, 0), slot)
            asked.setdefault(slot, set()).add(leaf)
            seed = sha(b"mycostr/audit-chain/1", seed, shards[slot][leaf])
        return asked
    if len(shards) >= count:
        i = 0
        while len(asked) < count:
            slot = slot_of(draw(seed, i))
            asked.setdefault(slot, {leaf_of(draw(seed, i), slot)})
            i += 1
        return asked
    asked = {slot: set() for slot in range(len(shards))}
    slot, next_draw = slot_of(draw(seed, 0)), 1
    wanted = min(count, sum(map(len, shards)))
    while sum(map(len, asked.values())) < wanted:
        before = len(asked[slot])
        while before < len(shards[slot]) and len(asked[slot]) == before:
            asked[slot].add(leaf_of(draw(seed, next_draw), slot))
            next_draw += 1
        slot = (slot + 1) % len(shards)
    return asked


def transcript(sizes, count, chained=False):
    shards = [[noise.randbytes(8) * (LEAF // 8) for _ in range(size)] for size in sizes]
    hashes = [[sha(b"\0", leaf) for leaf in shard] for shard in shards]
    ids = [root(leaves) for leaves in hashes]
    entries = [sha(b"\0", i, be64(LEAF * len(shard))) for i, shard in zip(ids, shards)]
    terms = (data(1, OWNER.public) + data(2, HOLDER.public) + number(3, 1000) + number(4, 1767225600000)
             + data(5, b"test") + data(6, b"n" * 16))
    agreement = sha(b"mycostr/agreement-id/1", terms)[:16]
    revision = (data(1, agreement) + number(2, 1) + data(3, root(entries)) + number(4, len(shards))
                + number(5, LEAF * sum(sizes)) + data(6, b"d" * 32) + number(7, 1767225700000))
    epoch, nonce = 490896, noise.randbytes(32)
    challenge = (data(1, agreement) + number(2, epoch) + number(4, 1) + data(5, root(entries))
                 + number(6, len(shards)) + data(7, nonce) + number(8, count) + number(9, chained))
    seed = sha(b"mycostr/audit/1", be64(epoch), HOLDER.id, agreement, root(entries), be64(1), nonce)
    asked = select(shards, seed, count, chained)
    proof = data(1, sha(challenge))
    for slot in sorted(asked):
        sample = number(1, slot) + data(2, ids[slot]) + number(3, LEAF * sizes[slot])
        for leaf in sorted(asked[slot]):
            sample += data(5, number(1, leaf) + data(2, shards[slot][leaf]))
        proof += data(2, sample + data(6, b"".join(path(hashes[slot], asked[slot]))))
    proof += data(3, b"".join(path(entries, asked)))
    return (data(1, co_signed(b"terms", terms)) + data(2, co_signed(b"revision", revision))
            + data(3, signed(OWNER, b"challenge", challenge)) + data(4, signed(HOLDER, b"proof", proof)))


def main(folder):
    for name, arguments in {"few": ([3, 1, 2], 5), "many": ([1, 4, 2, 3, 8, 1, 2], 3),
                            "chained": ([2, 1, 3, 1], CHAIN_STEPS, True)}.items():
        (pathlib.Path(folder) / f"transcript_{name}.bin").write_bytes(transcript(*arguments))


main(sys.argv[1])
