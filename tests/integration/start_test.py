#!/usr/bin/env python3
"""A holder of many shards starts as one of few does: nothing is walked. FILES sets how many there are."""

import concurrent.futures
import os
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from mycostr import Cluster  # noqa: E402

FILES = int(os.environ.get("FILES", 2000))


class Start(unittest.TestCase):
    def test_a_holder_of_many_shards_starts_and_knows_them_all(self):
        with Cluster() as net:
            owner = net.nodes[0]
            started = time.monotonic()
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                ids = list(pool.map(lambda i: owner.stored(b"%d" % i)["file"]["id"], range(FILES)))
            print(f"stored {FILES} files in {time.monotonic() - started:.1f} s", flush=True)
            for end in (net.kill, lambda i: net.processes[i].stop()):
                for i in (0, 1):
                    end(i)
                    started = time.monotonic()
                    net.restart(i)
                    print(f"node {i} answers {time.monotonic() - started:.2f} s after its start", flush=True)
            self.assertEqual(net.nodes[1].status()["storage"]["shards"], FILES)
            self.assertEqual(sorted(f["id"] for f in owner.files()), sorted(ids))
            for i in (0, FILES // 2, FILES - 1):
                self.assertEqual(owner.retrieve(ids[i]).body, b"%d" % i)


if __name__ == "__main__":
    unittest.main(verbosity=2)
