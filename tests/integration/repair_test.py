#!/usr/bin/env python3
"""Copies that rot, vanish or die with their node are found by audits and made again, while the file stays readable."""

import os
import pathlib
import secrets
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from mycostr import MIB, Cluster, wait_for  # noqa: E402

PAGE = 4096
CHUNKS = 12
# Hours become seconds. Short of that nothing differs from a real network.
PERIODS = {
    "MYCOSTR_AUDIT_PERIOD": "10s",
    "MYCOSTR_AUDIT_DEADLINE": "5s",
    "MYCOSTR_AUDIT_CONTAIN_FOR": "10s",
    "MYCOSTR_LIVENESS_PROBE_INTERVAL": "1s",
    "MYCOSTR_REPAIR_SUSPECT_AFTER": "5s",
    "MYCOSTR_REPAIR_GRACE": "5s",
    "MYCOSTR_REPAIR_GRACE_CRITICAL": "2s",
}


def records(data_dir, owner):
    """Where in its packs a holder keeps the shards of an owner: (shard id, pack, offset of the header page, size)."""
    owner = bytes.fromhex(owner)
    for pack in sorted((data_dir / "packs").iterdir()):
        pages = pack.read_bytes()
        for at in range(PAGE, len(pages), PAGE):
            if pages[at:at + 8] == b"MYCOSHD1" and pages[at + 40:at + 72] == owner:
                yield pages[at + 72:at + 104].hex(), pack, at, int.from_bytes(pages[at + 12:at + 16], "big")


def overwrite(pack, offset, data):
    with open(pack, "r+b") as file:
        file.seek(offset)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


class Repair(unittest.TestCase):
    def test_rotten_deleted_and_dead_copies_come_back(self):
        with Cluster(nodes=6, env=PERIODS) as net:
            owner, data = net.nodes[0], secrets.token_bytes(CHUNKS * MIB)
            document = owner.stored(data)
            file_id = document["file"]["id"]
            wait_for(lambda: self.joined(owner) == 3 * CHUNKS, "every shard to be part of an agreement")
            wait_for(lambda: len({a["peer"] for a in self.audits(owner, "passed")}) == 5, "the first audits")
            self.assertEqual(self.audits(owner, "failed"), [])

            kept = {i: list(records(net.data_dir(i), net.ids[0])) for i in range(1, 6)}
            # Copies of two chunks, so that each has one left: an id that is the chunk's own is that of its first copy.
            first_copies = set(document["file"]["chunks"])
            firsts = {i: [k for k in kept[i] if k[0] in first_copies] for i in kept}
            rotten, robbed = [i for i in kept if firsts[i]][:2]
            dead = next(i for i in kept if i not in (rotten, robbed))
            _, pack, at, size = firsts[rotten][0]
            overwrite(pack, at + PAGE, secrets.token_bytes(size))
            _, pack, at, size = firsts[robbed][0]
            overwrite(pack, at, bytes(PAGE + size))
            net.kill(dead)
            damaged = max(a["epoch"] for a in self.audits(owner))

            def healed():
                self.assertTrue(owner.retrieve(file_id).body == data, "the file while copies are missing")
                health = owner.request("GET", f"/files/{file_id}").json()["health"]
                done = [r for r in self.repairs(owner) if r["state"] == "done"]
                found = {(r["reason"] == "offline", r["from"]) for r in done}
                return health["healthy"] == CHUNKS and health["min_live"] >= 3 and len(found) >= 2 and done
            done = wait_for(healed, "all copies to be whole again", 240)

            for i in (rotten, robbed):
                verdicts = [a["outcome"] for a in self.audits(owner) if a["peer"] == net.ids[i]]
                if "failed" not in verdicts:  # it was read for a retrieve first, and the holder has told
                    self.assertTrue(any(r["reason"] == "rot" and r["from"] == net.ids[i] for r in done), "found by nobody")
                    continue
                found = min(a["epoch"] for a in self.audits(owner, "failed") if a["peer"] == net.ids[i])
                self.assertLessEqual(found - damaged, 3, "audit periods until it was found")
                after = verdicts[verdicts.index("failed") + 1:]
                self.assertNotIn("failed", after[1:], "and in no later one but that which was under way")
            print(f"whole again {max(a['epoch'] for a in self.audits(owner)) - damaged} audit periods after the damage")
            # One of the two may have lost the dead node's copy too: then either reason is given for it.
            self.assertGreaterEqual(sum(r["reason"] == "offline" for r in done), len(kept[dead]) - 2)
            self.assertGreaterEqual(len(done), len(kept[dead]) + 2)
            self.assertTrue(any(r["reason"] in ("failed_audit", "rot") for r in done))
            self.assertFalse(any(r["to"] == net.ids[dead] for r in done), "nothing goes to the dead")
            self.prove(net, owner, net.ids[rotten])

    def prove(self, net, owner, holder):
        """What an audit showed can be checked by anybody, from its transcript alone."""
        passed = next(a for a in self.audits(owner, "passed") if a["peer"] == holder)
        transcript = owner.request("GET", f"/audits/{passed['id']}/transcript")
        self.assertEqual((transcript.status, transcript.headers["content-type"]), (200, "application/octet-stream"))
        path = net.directory / "transcript"
        path.write_bytes(transcript.body)
        done = net.command("verify-transcript", path)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn(holder, done.stdout)
        changed = bytearray(transcript.body)
        changed[len(changed) // 2] ^= 1
        path.write_bytes(changed)
        self.assertEqual(net.command("verify-transcript", path).returncode, 1)

    def joined(self, node):
        return sum(a["shards"] for a in node.request("GET", "/agreements").json()["agreements"] if a["role"] == "owner")

    def audits(self, node, outcome=None):
        query = f"&outcome={outcome}" if outcome else ""
        return [a for a in node.request("GET", "/audits?limit=1000" + query).json()["audits"] if a["role"] == "owner"]

    def repairs(self, node):
        return node.request("GET", "/repairs?limit=1000").json()["repairs"]


if __name__ == "__main__":
    unittest.main(verbosity=2)
