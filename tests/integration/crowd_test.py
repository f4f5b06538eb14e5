#!/usr/bin/env python3
"""Many processes find each other from one bootstrap node, and go on after half of them are dead. NODES says how many."""

import os
import pathlib
import random
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from mycostr import Cluster, wait_for  # noqa: E402

NODES = int(os.environ.get("NODES", 24))


class Crowd(Cluster):
    """Ready when each node answers: who knows whom is what the test asks."""

    def all_known(self):
        return True


def found(net, seeker, wanted):
    answer = net.nodes[seeker].request("GET", f"/nodes/{net.ids[wanted]}")
    return answer.status == 200 and answer.json()["id"] == net.ids[wanted]


class FindEachOther(unittest.TestCase):
    def test_from_one_bootstrap_node_and_after_half_are_dead(self):
        rng = random.Random(int(os.environ.get("SEED", time.time_ns())))
        started = time.monotonic()
        with Crowd(NODES, capacity="1GB", env={"MYCOSTR_LOG_LEVEL": "warn"}) as net:
            up = time.monotonic()
            print(f"{NODES} processes are up after {up - started:.1f} s", flush=True)
            pairs = [(i, j) for i in range(NODES) for j in rng.sample([k for k in range(NODES) if k != i], 3)]
            left = list(pairs)

            def all_found():
                left[:] = [pair for pair in left if not found(net, *pair)]
                return not left

            wait_for(all_found, "each node to find three others", 120)
            print(f"{len(pairs)} lookups found their node {time.monotonic() - up:.1f} s after that", flush=True)

            living = sorted(rng.sample(range(1, NODES), NODES // 2))  # the bootstrap node is among the dead
            for i in set(range(NODES)) - set(living):
                net.kill(i)
            killed = time.monotonic()
            left[:] = [(i, j) for i in living for j in rng.sample([k for k in living if k != i], 3)]
            wait_for(all_found, "the living to find each other", 120)
            print(f"the living found each other {time.monotonic() - killed:.1f} s after half were killed", flush=True)

            data = rng.randbytes(3 << 20)
            owner = net.nodes[living[0]]
            stored = owner.stored(data)
            self.assertEqual(owner.retrieve(stored["file"]["id"]).body, data)
            dead = {net.ids[i] for i in range(NODES)} - {net.ids[i] for i in living}
            holders = {holder for chunk in stored["chunks"] for holder in chunk["locations"]}
            self.assertFalse(holders & dead, "a copy at a dead node")


if __name__ == "__main__":
    unittest.main(verbosity=2)
