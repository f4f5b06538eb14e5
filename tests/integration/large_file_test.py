#!/usr/bin/env python3
"""A file far larger than what any process may hold in memory goes in and comes out.

SIZE in bytes or with M or G ("4G"; 1G without it).
"""

import hashlib
import os
import pathlib
import random
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from mycostr import MIB, Cluster  # noqa: E402

MAX_RSS_MIB = 400


def parse_size(text):
    units = {"M": MIB, "G": 1024 * MIB}
    return int(text[:-1]) * units[text[-1]] if text[-1] in units else int(text)


SIZE = parse_size(os.environ.get("SIZE", "1G"))


class Pieces:
    """`size` bytes that repeat only after 97 MiB, which no chunk size divides; and their digest."""

    def __init__(self, size):
        self.size, self.pool, self.digest = size, random.Random(size).randbytes(97 * MIB), hashlib.sha256()

    def __iter__(self):
        view, left, at = memoryview(self.pool), self.size, 0
        while left:
            piece = view[at:at + min(left, MIB)]
            self.digest.update(piece)
            yield piece
            left, at = left - len(piece), (at + len(piece)) % len(self.pool)


class LargeFile(unittest.TestCase):
    def test_it_comes_back_and_no_process_grows(self):
        with Cluster(capacity="100GB") as net:
            pieces = Pieces(SIZE)
            started = time.monotonic()
            document = net.nodes[0].stored(iter(pieces), size=SIZE, timeout=3600)
            print(f"stored {SIZE >> 20} MiB in {time.monotonic() - started:.1f} s", flush=True)
            self.assertEqual(document["file"]["size"], SIZE)
            self.assertEqual(bool(document.get("chunks_truncated")), SIZE > 1000 * MIB)
            started = time.monotonic()
            self.assertEqual(net.nodes[0].digest_of(document["file"]["id"], timeout=3600), (pieces.digest.hexdigest(), SIZE))
            print(f"read in {time.monotonic() - started:.1f} s", flush=True)
            peaks = [p.peak_rss_mib() for p in net.processes]
            print("peak MiB: " + " ".join(f"{peak:.0f}" for peak in peaks), flush=True)
            self.assertLess(max(peaks), MAX_RSS_MIB)


if __name__ == "__main__":
    unittest.main(verbosity=2)
