#!/usr/bin/env python3
"""kill -9 at random moments of stores: what was acknowledged stays, what was not leaves nothing behind.

SEED repeats a run's choices (not the machine's timing). OWNER_KILLS and HOLDER_KILLS set how many there are.
"""

import collections
import hashlib
import http.client
import os
import pathlib
import random
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from mycostr import MIB, Cluster, wait_for  # noqa: E402

SEED = int(os.environ.get("SEED", random.SystemRandom().getrandbits(32)))
OWNER_KILLS = int(os.environ.get("OWNER_KILLS", 50))
HOLDER_KILLS = int(os.environ.get("HOLDER_KILLS", 20))
WORKERS = 4
MAX_SIZE = 8 * MIB


class Attempt:
    """One file to store: its content follows from the pool of random bytes."""

    def __init__(self, rng, pool, name):
        size = rng.choice((0, rng.randrange(1, 5000), rng.randrange(MIB), rng.randrange(MAX_SIZE)))
        start = rng.randrange(len(pool) - size)
        self.data, self.name = pool[start:start + size], name
        self.keyed = rng.random() < 0.5
        self.file_id = None
        self.cut = 0

    def store(self, owner):
        """True once there is nothing left to try. A refusal is the daemon's right while holders are dead."""
        headers = {"Idempotency-Key": self.name} if self.keyed else {}
        try:
            answer = owner.store(self.data, headers=headers, name=self.name, timeout=60)
        except (OSError, http.client.HTTPException):
            self.cut += 1
            return not self.keyed
        if answer.status == 201:
            document = answer.json()
            assert document["file"]["size"] == len(self.data), document["file"]
            self.file_id = document["file"]["id"]
            return True
        assert answer.status in (503, 507), repr(answer)
        return False

    def digest(self):
        return hashlib.sha256(self.data).hexdigest(), len(self.data)


class Workers:
    """Threads that store one file after the other until they are told to end."""

    def __init__(self, owner, pool, label):
        self.owner, self.pool, self.label = owner, pool, label
        self.attempts, self.errors, self.ended = [], [], threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(i,)) for i in range(WORKERS)]
        for thread in self.threads:
            thread.start()

    def run(self, number):
        rng = random.Random(f"{SEED}/{self.label}/{number}")
        try:
            while not self.ended.is_set():
                attempt = Attempt(rng, self.pool, f"{self.label}-{number}-{rng.getrandbits(64):016x}")
                self.attempts.append(attempt)
                wait_for(lambda: attempt.store(self.owner), f"{attempt.name} to be stored or given up")
        except Exception as error:  # reported by the thread that waits
            self.errors.append(error)

    def end(self):
        self.ended.set()
        for thread in self.threads:
            thread.join()
        if self.errors:
            raise self.errors[0]
        return self.attempts


class Crashes(unittest.TestCase):
    def test_what_was_acknowledged_survives_and_nothing_else_remains(self):
        print(f"SEED={SEED}", flush=True)
        rng = random.Random(SEED)
        pool = rng.randbytes(2 * MAX_SIZE)
        with Cluster(5) as net:  # three holders for each chunk, and one to spare
            workers = Workers(net.nodes[0], pool, "owner")
            for _ in range(OWNER_KILLS):
                time.sleep(rng.uniform(0.02, 1.2))
                net.kill(0)
                net.restart(0)
            attempts = workers.end()
            self.report("the owner", OWNER_KILLS, attempts)

            workers = Workers(net.nodes[0], pool, "holder")
            for _ in range(HOLDER_KILLS):
                self.assertTrue(net.processes[0].running(), "the owner has ended")
                time.sleep(rng.uniform(0.02, 1.2))
                victim = rng.randrange(1, 5)
                net.kill(victim)
                time.sleep(rng.uniform(0, 0.5))
                net.restart(victim)
            late = workers.end()
            self.report("a holder", HOLDER_KILLS, late)
            self.verify(net, attempts + late)
            self.assertEqual(net.stop(), [0] * 5, "clean ends")
            for i in range(5):
                net.check(i, "--read-data")

    def report(self, who, kills, attempts):
        stored = sum(a.file_id is not None for a in attempts)
        print(f"{kills} kills of {who}: {len(attempts)} files tried, {stored} acknowledged, "
              f"{sum(a.cut for a in attempts)} calls cut", flush=True)
        self.assertGreater(stored, 0)

    def verify(self, net, attempts):
        owner = net.nodes[0]
        by_name = {a.name: a for a in attempts}
        listed = owner.files()
        self.assertEqual(owner.status()["files"], len(listed))
        ids = {f["id"] for f in listed}
        lost = [a.name for a in attempts if a.file_id and a.file_id not in ids]
        self.assertEqual(lost, [], "acknowledged files that are not listed")
        names = collections.Counter(f["name"] for f in listed)
        self.assertEqual([n for n, count in names.items() if count != 1], [], "files stored twice")
        self.assertEqual([a.name for a in attempts if a.keyed and a.name not in names], [], "keys without a file")
        net.settle()
        for file in listed:
            self.assertEqual(owner.digest_of(file["id"]), by_name[file["name"]].digest(), f"content of {file}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
