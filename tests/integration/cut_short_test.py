#!/usr/bin/env python3
"""Retrieves that end early: the daemon gives back what a client that left had taken, and a client that got less than
the whole file can tell."""

import contextlib
import http.client
import pathlib
import secrets
import socket
import struct
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from mycostr import HOST, MIB, Cluster, read_to_end, wait_for  # noqa: E402

MAX_TRANSFERS = 8
SIZE = 64 * MIB  # far more than what the daemon fetches ahead and the kernel holds


class CutShort(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.net = Cluster(4, env={"MYCOSTR_API_MAX_TRANSFERS": str(MAX_TRANSFERS)})
        cls.owner, cls.daemon = cls.net.nodes[0], cls.net.processes[0]
        cls.data = secrets.token_bytes(SIZE)
        cls.file_id = cls.owner.stored(cls.data)["file"]["id"]

    @classmethod
    def tearDownClass(cls):
        ended = cls.net.stop()
        cls.net.__exit__(AssertionError if any(ended) else None)
        assert ended == [0, 0, 0, 0], f"exit statuses {ended}"

    def begin(self, options="", extra=""):
        """A retrieve whose client has read the head and the first bytes, and takes more only slowly; (socket, head, bytes)."""
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 10)
        sock.settimeout(60)
        sock.connect((HOST, self.owner.port))
        sock.sendall(self.owner.head("GET", f"/retrieve/{self.file_id}{options}", extra) + b"\r\n")
        got = b""
        while b"\r\n\r\n" not in got or len(got) < 100_000:
            block = sock.recv(65536)
            self.assertTrue(block, f"the connection ended after {got[:300]!r}")
            got += block
        head, body = got.split(b"\r\n\r\n", 1)
        return sock, head.lower(), body

    def wait_idle(self):
        """Nothing of a transfer is left in the daemon."""
        def idle():
            queues = self.owner.status("?detailed=true")["queues"]
            return queues["transfers"] == 0 and queues["memory_free"] == queues["memory_total"] and queues["bytes_in_flight"] == 0
        wait_for(idle, "the daemon to give back slots and memory")

    def assert_whole(self):
        self.assertTrue(self.owner.retrieve(self.file_id).body == self.data, "the file afterwards")

    def test_clients_that_go_away_leave_nothing_behind(self):
        self.assert_whole()
        self.wait_idle()
        files = self.daemon.open_files()
        for round_number in range(8 * MAX_TRANSFERS):
            sock, head, body = self.begin()
            self.assertTrue(head.startswith(b"http/1.1 200 "), head)
            self.assertTrue(self.data.startswith(body))
            self.assertGreaterEqual(self.owner.status("?detailed=true")["queues"]["transfers"], 1)
            if round_number % 2:  # a reset, rather than an end that the daemon sees once it writes
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            sock.close()
            if round_number % MAX_TRANSFERS == MAX_TRANSFERS - 1:
                self.wait_idle()
        self.assert_whole()
        wait_for(lambda: self.daemon.open_files() <= files + 32, "file descriptors to come back")

    def test_many_that_go_away_at_once_leave_nothing_behind(self):
        for _ in range(4):
            with contextlib.ExitStack() as stack:
                for _ in range(MAX_TRANSFERS):
                    stack.callback(self.begin()[0].close)
                self.assertEqual(self.owner.retrieve(self.file_id).status, 503, "no slot is free")
            self.wait_idle()
        self.assert_whole()

    def lose_all_holders(self):
        for i in (1, 2, 3):
            self.net.kill(i)

    def bring_back(self):
        for i in (1, 2, 3):
            self.net.restart(i)
        wait_for(lambda: self.owner.retrieve(self.file_id).body == self.data, "the file once the holders are back")
        self.wait_idle()

    def test_a_body_whose_holders_are_gone_ends_before_its_length(self):
        for options, size in (("?timeout=5", SIZE), ("?timeout=5&decrypt=false", SIZE)):
            sock, head, body = self.begin(options)
            self.assertIn(f"content-length: {size}\r\n".encode(), head + b"\r\n")
            self.assertNotIn(b"transfer-encoding", head)
            self.lose_all_holders()
            body += read_to_end(sock)
            sock.close()
            self.assertLess(len(body), size)
            if "decrypt" not in options:
                self.assertTrue(self.data.startswith(body), "what came is the beginning of the file")
            self.wait_idle()
            self.assertEqual(self.owner.retrieve(self.file_id, "?timeout=5").status, 502, "nobody is there")
            self.bring_back()

    def test_python_s_own_client_can_tell(self):
        with self.owner.exchange("GET", f"/retrieve/{self.file_id}?timeout=5") as answer:
            self.assertEqual(answer.status, 200)
            answer.read(MIB)
            self.lose_all_holders()
            with self.assertRaises((http.client.IncompleteRead, ConnectionError)):
                answer.read()
        self.wait_idle()
        self.bring_back()


if __name__ == "__main__":
    unittest.main(verbosity=2)
